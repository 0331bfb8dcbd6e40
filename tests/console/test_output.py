"""What people and programs read: cells, tables that wrap, text that a terminal would obey, JSON that loses nothing."""

import io
import json
from datetime import UTC, datetime

import pytest
from rich.console import Console

from console import output
from schemas.activity import FromSearch

MOMENT = datetime(2026, 6, 1, 11, 0, 0, 123456, tzinfo=UTC)


def drawn(rows: list[output.Row], width: int = 80, title: str | None = None) -> str:
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=False).print(output.table_of(rows, title))
    return out.getvalue()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "-"),
        (0, "0"),
        (1234567, "1234567"),
        (0.000123456, "0.0001235"),
        (2.0, "2"),
        (True, "True"),
        (MOMENT, "2026-06-01 11:00:00"),
        (["a", None, 0.5], "a, -, 0.5"),
        ((), ""),
        ("", ""),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
    ],
)
def test_a_cell_is_short_and_says_when_there_is_nothing(value: object, shown: str) -> None:
    assert output.cell(value) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\rb", "a\\rb"),
        ("\x07\x08\x00\x7f", "\\x07\\x08\\x00\\x7f"),
        ("\x9b31m", "\\x9b31m"),
        ("abc\u202ecba", "abc\\u202ecba"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("grüße 你好 🙂 [bold] \\x1b", "grüße 你好 🙂 [bold] \\x1b"),
    ],
)
def test_what_a_terminal_would_obey_is_written_as_an_escape_and_nothing_else_is(text: str, shown: str) -> None:
    assert output.printable(text) == shown
    assert output.cell([text]) == shown


def test_a_table_shows_text_as_it_is_and_numbers_to_the_right() -> None:
    told = drawn([{"name": "[bold]ana[/bold] [/x]", "n": 5}, {"name": "\x1b]0;title\x07", "n": 12345}])
    lines = [line.rstrip() for line in told.splitlines()]
    assert lines[1] == "[bold]ana[/bold] [/x]      5"
    assert lines[2] == "\\x1b]0;title\\x07       12345"


def test_a_narrow_table_folds_its_cells_and_cuts_nothing() -> None:
    text = "abcdefghij" * 6
    told = drawn([{"document": text, "why": "wordwordwordword"}], width=24)
    assert "…" not in told
    assert max(map(len, told.splitlines())) <= 24
    lines = told.splitlines()
    start = lines[0].index("why")
    assert "".join(line[:start].strip() for line in lines[1:]) == text
    assert "".join(line[start:].strip() for line in lines[1:]) == "wordwordwordword"


def test_a_title_stands_above_the_heading() -> None:
    assert drawn([{"name": 1}], title="Runs").splitlines()[0].strip() == "Runs"


def test_rows_are_json_or_a_table_or_the_words_for_none(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"name": "ü \x1b", "at": MOMENT, "n": 0.123456789}]
    output.print_rows(rows, True, "none")
    plain = json.loads(capsys.readouterr().out)
    assert plain == [{"name": "ü \x1b", "at": MOMENT.isoformat(), "n": 0.123456789}], "nothing is shortened"
    output.print_rows([], True, "none")
    assert json.loads(capsys.readouterr().out) == []
    output.print_rows([], False, "No run has been [made].")
    assert capsys.readouterr().out == "No run has been [made].\n"
    output.print_rows(rows, False, "none")
    told = capsys.readouterr().out
    assert "0.1235" in told
    assert "\x1b" not in told


def test_json_holds_times_and_values_of_ours_and_letters_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    value = FromSearch(search="s", query="grüße", rank=2)
    output.print_json({"at": MOMENT, "from": value, "odd": {1}})
    told = capsys.readouterr().out
    assert "grüße" in told
    assert json.loads(told) == {"at": MOMENT.isoformat(), "from": value.model_dump(), "odd": "{1}"}
