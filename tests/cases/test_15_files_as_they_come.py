"""Files of events as other programs write them: read, or named once with the way out."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console.cli import cli
from stores.errors import Poison
from tests.cases.sending import send
from tests.streams.world import World

INPUTS = Path(__file__).parent / "15-files-as-they-come"


def checked(name: str | Path) -> Result:
    return CliRunner().invoke(cli, ["emit", "--check", str(INPUTS / name)])


def complaint(name: str | Path) -> str:
    """Return what `emit --check` says when the whole file is refused: nothing about lines."""
    result = checked(name)
    assert isinstance(result.exception, Poison), result.output
    assert "line " not in result.output
    return str(result.exception)


@pytest.fixture(scope="module")
def world(stack: object) -> Iterator[World]:
    made = World(stack, "case15")  # type: ignore[arg-type]  # the settings of the stack
    yield made
    made.remove()


@pytest.mark.parametrize(
    "name",
    ["mark.jsonl", "windows-lines.jsonl", "array.json", "pretty.json", "pretty-array.json", "one-after-the-other.json",
     "packed.jsonl.gz", "packed-array.json.gz"],
)  # fmt: skip
def test_what_holds_the_events_is_read(world: World, name: str) -> None:
    """A byte order mark, CRLF, arrays, pretty-printed and concatenated JSON, and gzip of these are read in full."""
    world.warehouse.execute("TRUNCATE TABLE events")
    assert send(world, INPUTS / name) == []
    rows = world.rows("SELECT event_id, document FROM events ORDER BY event_id")
    assert [tuple(row.values()) for row in rows] == [("f-1", "wifi"), ("f-2", "naïve-plan"), ("f-3", "wifi")]
    assert checked(name).output == "checked\n"


@pytest.mark.parametrize(
    ("name", "said"),
    [("wide.jsonl", "UTF-16; write it as UTF-8: iconv"), ("table.csv", "a table (CSV)"), ("archive.zip", "unzip -p")],
)
def test_what_is_of_another_kind_is_named_once(name: str, said: str) -> None:
    """UTF-16, a table, a zip archive are named once, not line by line, with the way out."""
    assert said in complaint(name)


def test_zstd_and_binary_are_named_once(tmp_path: Path) -> None:
    """A file packed with zstd, and one that is no text, are named once."""
    (tmp_path / "events.zst").write_bytes(b"\x28\xb5\x2f\xfd" + bytes(range(200)))
    (tmp_path / "image").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 9)
    assert "zstd -dc" in complaint(tmp_path / "events.zst")
    assert "binary" in complaint(tmp_path / "image")


def test_half_a_surrogate_pair_gets_the_parser_s_words() -> None:
    """A lone surrogate is named in the parser's words, with line and column."""
    result = checked("half-a-pair.jsonl")
    assert re.search(
        r"^line 2: not JSON: no low surrogate in string \(line 2, column \d+\)$", result.output, re.MULTILINE
    )
    assert result.output.count("line 2:") == 1


def test_what_is_no_number_gets_the_parser_s_words() -> None:
    """NaN is named in the parser's words, with the column, and costs no other line."""
    result = checked("no-number.jsonl")
    column = (INPUTS / "no-number.jsonl").read_text().index("NaN") + 1
    assert f"line 1: not JSON: unexpected character, expected a JSON value (line 1, column {column})" in result.output
    assert str(result.exception).startswith("1 lines are no events")


def test_another_encoding_is_named_with_its_place() -> None:
    """Letters that are not UTF-8 are named with the byte, line and column."""
    assert "line 2: not UTF-8: byte 0xe9 (line 2, column 54)" in checked("old-letters.jsonl").output


def test_an_empty_file_is_said_to_be_one(tmp_path: Path) -> None:
    """An empty file is no error, and is said to hold nothing."""
    (tmp_path / "empty.jsonl").touch()
    assert checked(tmp_path / "empty.jsonl").exit_code == 0
    assert "no events" in checked(tmp_path / "empty.jsonl").output


def test_a_directory_is_said_to_be_one(tmp_path: Path) -> None:
    """A directory is said to be one, as a wrong argument."""
    result = checked(tmp_path)
    assert result.exit_code == 2
    assert "Is a directory" in result.output


def test_a_very_long_line_is_told_by_its_length(tmp_path: Path) -> None:
    """A line of more than an event's bytes is named by its size, and the next one is read."""
    (tmp_path / "long.jsonl").write_bytes(b'{"x": "' + b"x" * (9 << 20) + b'"}\n{"type": "DocumentOpened"}\n')
    result = checked(tmp_path / "long.jsonl").output
    assert "line 1: type: None is none of" in result or "line 1: 9,437,194 bytes" in result
    assert "line 2:" in result
    assert len(result) < 2_000
