"""Rows of CSV and JSON lines with their lines, and what is none."""

import gzip
from pathlib import Path

import pytest

from connectors.items import Fault
from connectors.tables.rows import rows
from stores.errors import Misconfigured

TABLE = 'id;title;body\n1;"A; B";"two\nlines"\n\n2;C\n3;D;text\n'


@pytest.mark.parametrize("packed", [False, True])
def test_csv_is_read_with_quotes_and_line_numbers(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / ("t.csv.gz" if packed else "t.csv")
    content = ("\ufeff" + TABLE).encode()
    path.write_bytes(gzip.compress(content) if packed else content)
    assert list(rows(path)) == [
        (2, {"id": "1", "title": "A; B", "body": "two\nlines"}),
        Fault("line 5", "2 cells, but the first line names 3 columns"),
        (6, {"id": "3", "title": "D", "body": "text"}),
    ]


def test_json_lines_keep_their_types_and_wrong_ones_are_named(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"id": 1, "groups": ["a"]}\nnot json\n{"id": 2}\n')
    found = list(rows(path))
    assert [found[0], found[2]] == [(1, {"id": 1, "groups": ["a"]}), (3, {"id": 2})]
    assert isinstance(found[1], Fault)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"id,title\n1,caf\xe9\n", "not UTF-8: byte 0xe9"),
        (b'id,title\n1,"open\n', "no CSV"),
        (gzip.compress(b"id,title\n" + b"1,a\n" * 9_999, mtime=0)[:-20], "ends early"),
    ],
    ids=["letter", "quote", "cut"],
)
def test_a_damaged_table_says_where(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    (found,) = [item for item in rows(path) if isinstance(item, Fault)]
    assert reason in found.reason


def test_bars_and_tabs_part_cells_too_and_nothing_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("id\ttitle, short\n1\ta,b\n")
    assert list(rows(path)) == [(2, {"id": "1", "title, short": "a,b"})]
    path.write_text("")
    assert list(rows(path)) == []
    with pytest.raises(Misconfigured, match="is not there"):
        list(rows(tmp_path / "none.csv"))
