"""What people and programs read: cells, tables that fit, JSON that loses nothing."""

import json
from datetime import UTC, datetime

import pytest
from rich.cells import cell_len

from console import output
from console.output import Column, table
from schemas.activity import FromSearch

MOMENT = datetime(2026, 6, 1, 11, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "-"),
        (0, "0"),
        (1234567, "1234567"),
        (0.000123456, "0.0001235"),
        (2.0, "2"),
        (True, "yes"),
        (False, "no"),
        (MOMENT, "2026-06-01 11:00:00"),
        (["a", None, 0.5], "a, -, 0.5"),
        ((), ""),
        ("", ""),
        ("two\nlines\tand a tab", "two\\nlines\\tand a tab"),
        (["\x1b[2J"], "\\x1b[2J"),
    ],
)
def test_a_cell_is_short_on_one_line_and_says_when_there_is_nothing(value: object, shown: str) -> None:
    assert output.cell(value) == shown


def test_statistics_have_three_decimals_and_none_becomes_nothing() -> None:
    shown = [output.three_decimals(value) for value in (0.0, 0.00001, 0.0005, 0.12345, -0.5, 12, None)]
    assert shown == ["0.000", "<0.001", "0.001", "0.123", "-0.500", "12.000", "-"]
    assert (output.minute(MOMENT), output.minute(None)) == ("2026-06-01 11:00", "-")


def test_a_table_shows_text_as_it_is_and_numbers_to_the_right() -> None:
    lines = table([{"name": "[bold]ana[/bold] [/x]", "n": 5}, {"name": "\x1b]0;title\x07", "n": 12345}])
    assert lines == ["name                       n", "[bold]ana[/bold] [/x]      5", "\\x1b]0;title\\x07       12345"]


def test_what_does_not_fit_is_cut_at_the_end_of_the_longest_text_and_no_number_is() -> None:
    rows = [{"id": "short", "n": 123456789, "why": "every word of " * 20, "at": MOMENT}]
    lines = table(rows, width=60)
    assert all(cell_len(line) <= 60 for line in lines)
    assert "123456789" in lines[1]
    assert "2026-06-01 11:00:00" in lines[1]
    assert lines[1].startswith("short ")
    assert "every word of" in lines[1]
    assert "… " in lines[1]


def test_no_line_breaks_a_row() -> None:
    lines = table([{"document": "a\nb\r\nc", "why": "日本語" * 40}], width=80)
    assert len(lines) == 2
    assert all(cell_len(line) <= 80 for line in lines)


def test_what_stands_below_a_row_has_two_lines_and_no_broken_word() -> None:
    reason = " ".join(f"word{n}" for n in range(60)) + " \x1b[2J"
    lines = table([{"n": 1}, {"n": 2}], below=lambda row: reason if row["n"] == 1 else "", width=50)
    assert [line.strip() for line in (lines[0], lines[1], lines[4])] == ["n", "1", "2"]
    assert all(line.startswith("    word") and len(line) <= 50 for line in lines[2:4])
    assert lines[3].endswith("…")
    assert "\x1b" not in "".join(lines)


def test_columns_are_chosen_named_and_shown_by_their_own_rule() -> None:
    rows = [{"topic_id": "x" * 22, "ok": True, "share": 0.5}]
    columns = (Column("ok", "state", lambda ok: "up" if ok else "down"), Column("share", "", output.three_decimals))
    assert table(rows, columns) == ["state  share", "up     0.500"]


def test_rows_are_json_or_a_table_or_the_words_for_none(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"name": "ü \x1b" + "x" * 200, "at": MOMENT, "n": 0.123456789}]
    output.print_rows(rows, True, "none", [Column("n")])
    plain = json.loads(capsys.readouterr().out)
    assert plain == [rows[0] | {"at": MOMENT.isoformat()}], "nothing is shortened or left out"
    output.print_rows([], True, "none")
    assert json.loads(capsys.readouterr().out) == []
    output.print_rows([], False, "No run has been [made].\x1b")
    assert capsys.readouterr().out == "No run has been [made].\\x1b\n"
    output.print_rows(rows, False, "none")
    result = capsys.readouterr().out
    assert "0.1235" in result
    assert "\x1b" not in result


def test_a_title_stands_above_the_heading(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table([{"name": 1}], title="Runs \x1b[0m")
    assert capsys.readouterr().out == "\nRuns \\x1b[0m\nname\n   1\n"


def test_json_holds_times_and_values_of_ours_and_letters_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    value = FromSearch(search="s", query="grüße", rank=2)
    output.print_json({"at": MOMENT, "from": value, "odd": {1}})
    result = capsys.readouterr().out
    assert "grüße" in result
    assert json.loads(result) == {"at": MOMENT.isoformat(), "from": value.model_dump(), "odd": "{1}"}


def test_json_for_a_terminal_or_of_half_characters_is_escaped(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output.print_json(["\udcff"])
    assert json.loads(capsys.readouterr().out) == ["\udcff"]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    output.print_json(["\x9b31m\u202e"])
    result = capsys.readouterr().out
    assert "\x9b" not in result
    assert json.loads(result) == ["\x9b31m\u202e"]
