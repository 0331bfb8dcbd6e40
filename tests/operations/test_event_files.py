"""Files of events: what is read, and what is named once with the way out."""

import bz2
import codecs
import gzip
import io
import lzma
import zipfile
from pathlib import Path

import pytest

from operations import event_files
from operations.event_files import Damaged, LongLine, OtherKind, as_they_are, lines, other_kind

TWO = b'{"a": 1}\r\n{"b": "\xc3\xa4"}'
LINES = [b'{"a": 1}\r\n', b'{"b": "\xc3\xa4"}']


def zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("events.jsonl", TWO)
    return made.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        TWO,
        codecs.BOM_UTF8 + TWO,
        gzip.compress(TWO),
        gzip.compress(codecs.BOM_UTF8 + TWO),
        gzip.compress(LINES[0]) + gzip.compress(LINES[1]),
    ],
    ids=["plain", "mark", "gzip", "mark in gzip", "two members"],
)
def test_text_is_read_with_a_mark_before_it_and_packed(content: bytes, tmp_path: Path) -> None:
    assert list(lines(io.BytesIO(content))) == LINES
    path = tmp_path / "file"
    path.write_bytes(content)
    with path.open("rb") as file:
        assert list(lines(file)) == LINES


@pytest.mark.parametrize("content", [b"", codecs.BOM_UTF8, gzip.compress(b"")], ids=["empty", "mark", "gzip"])
def test_an_empty_file_has_no_lines(content: bytes) -> None:
    assert list(lines(io.BytesIO(content))) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zipped(), "a zip archive; send what is in it: unzip -p"),
        (b"\x28\xb5\x2f\xfd\x04\x58", "zstd -dc FILE"),
        (bz2.compress(TWO), "bzip2 -dc FILE"),
        (lzma.compress(TWO), "xz -dc FILE"),
        (gzip.compress(zipped()), "a zip archive"),
        (TWO.decode().encode("utf-16"), "UTF-16; write it as UTF-8: iconv"),
        (TWO.decode().encode("utf-16-le"), "iconv -f UTF-16LE"),
        (b"\x00\n" + '[{"a": 1}]'.encode("utf-16-be"), "iconv -f UTF-16BE"),
        (TWO.decode().encode("utf-32"), "UTF-32"),
        (b"PAR1\x15\x04", "Parquet"),
        (b"\x7fELF\x02\x01\x01\x00", "binary"),
        (b"type,event_id,tenant\nDocumentOpened,e1,acme\n", "a table (CSV)"),
        (b"\xef\xbb\xbftype;event_id\n", "a table (CSV)"),
        (b"type\tevent_id\n1\t2\n", "a table (CSV)"),
    ],
    ids=range(14),
)
def test_a_file_of_another_kind_is_named_once_with_the_way_out(content: bytes, said: str) -> None:
    with pytest.raises(OtherKind, match=r"^this is") as result:
        list(lines(io.BytesIO(content)))
    assert said in str(result.value)


@pytest.mark.parametrize(
    "head",
    [
        b'{"a": "x, y"}',
        b"[",
        b"\n\n{",
        b"words, and then\n{}",
        b"no json",
        b"",
        b'{"a": "\xff\xfe"}',
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_may_hold_events_is_not_named(head: bytes) -> None:
    assert other_kind(head) == ""


@pytest.mark.parametrize("cut", [12, 40, 60])
def test_gzip_that_ends_early_gives_what_it_holds_and_says_so(cut: int) -> None:
    packed = gzip.compress(b"".join(b'{"n": %d}\n' % n for n in range(20_000)))
    read = list[bytes]()
    with pytest.raises(Damaged, match="gzip data ends early"):
        read.extend(lines(io.BytesIO(packed[:-cut])))
    assert len(read) > 1_000
    assert all(line == b'{"n": %d}\n' % n for n, line in enumerate(read))
    with pytest.raises(Damaged):
        list(as_they_are(io.BytesIO(packed[:-cut])))


def test_a_line_that_is_too_long_is_counted_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_files, "MAX_LINE_BYTES", 10)
    found = list(lines(io.BytesIO(b"{" + b"x" * 40 + b"\n{12345678}\n123456789\n" + b"y" * 25)))
    assert [len(line) for line in found] == [10, 10, 10, 10]
    assert [line.length if isinstance(line, LongLine) else None for line in found] == [42, 11, None, 25]


def test_lines_as_they_are_keep_their_mark_and_any_kind() -> None:
    for content in (codecs.BOM_UTF8 + b"a,b\r\nc", b"\xff\xfe\x00", b"PK\x03\x04"):
        assert b"".join(as_they_are(io.BytesIO(content))) == content
        assert b"".join(as_they_are(io.BytesIO(gzip.compress(content)))) == content
