"""Files of events as people have them: what kind of file it is, and its lines.

Read are lines of JSON (UTF-8, with or without a byte order mark, any line ends), JSON arrays, pretty-printed and
concatenated objects, and each of these under gzip. Every other kind is named once, with the command that turns it into
one that is read, instead of a complaint about each of its lines.
"""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from stores.errors import Poison

MAX_LINE_BYTES = 64 * 1024 * 1024
"""A longer line is not read whole: an array may stand in one line, the image of a disk does not."""

_HEAD = 4_096
"""Bytes that are looked at to tell the kind."""

_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_UTF_16 = "UTF-16; write it as UTF-8: iconv -f UTF-16{} -t UTF-8 FILE | tidewheel emit -"

_OTHERS: tuple[tuple[bytes, str], ...] = (
    (rb"PK\x03\x04", "a zip archive; send what is in it: unzip -p FILE | tidewheel emit -"),
    (rb"\x28\xb5\x2f\xfd", "compressed with zstd; unpack it on the way: zstd -dc FILE | tidewheel emit -"),
    (rb"BZh[1-9]", "compressed with bzip2; unpack it on the way: bzip2 -dc FILE | tidewheel emit -"),
    (rb"\xfd7zXZ\x00", "compressed with xz; unpack it on the way: xz -dc FILE | tidewheel emit -"),
    (rb"\x04\x22\x4d\x18", "compressed with lz4; unpack it on the way: lz4 -dc FILE | tidewheel emit -"),
    (rb"PAR1", "a Parquet file; write one JSON object a line"),
    (
        rb"\xff\xfe\x00\x00|\x00\x00\xfe\xff",
        "UTF-32; write it as UTF-8: iconv -f UTF-32 -t UTF-8 FILE | tidewheel emit -",
    ),
    (rb"\xff\xfe|\xfe\xff", _UTF_16.format("")),
    (rb"(\s\x00)*[{\[]\x00", _UTF_16.format("LE")),
    (rb"(\x00\s)*\x00[{\[]", _UTF_16.format("BE")),
    (rb"[^\x00]*\x00", "binary, no text; write one JSON object a line"),
)
"""How files of other kinds begin, and what they are."""


class OtherKind(Poison):
    """A file of a kind that holds no JSON as text; the message says which kind, and what to do."""


class Damaged(Poison):
    """A packed file that cannot be read further."""


class LongLine(bytes):
    """The beginning of a line that is too long to be read whole; `length` counts all of its bytes."""

    length: int = 0


def lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a file of events with their line ends, unpacked, without a byte order mark; none when empty.

    Raises `OtherKind` before the first line for a file that is none, `Damaged` where gzip ends early or is wrong.
    """
    opened = _unpacked(file)
    try:
        head = opened.peek(_HEAD)[:_HEAD]
        if kind := other_kind(head):
            raise OtherKind(f"this is {kind}")
        if head.startswith(_BOM):
            opened.read(len(_BOM))
        yield from _lines(opened)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Damaged(f"the gzip data ends early or is damaged ({error}); make or fetch the file again") from error


def as_they_are(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of any file with their line ends, unpacked. Raises `Damaged` as `lines` does."""
    try:
        yield from _unpacked(file)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Damaged(f"the gzip data ends early or is damaged ({error}); make or fetch the file again") from error


def other_kind(head: bytes) -> str:
    """Return what kind of file begins like this, and what to do; an empty string for text that may hold JSON."""
    for begins, kind in _OTHERS:
        if re.match(begins, head):
            return kind
    if _is_table(head.removeprefix(_BOM)):
        return "a table (CSV), no JSON; write one JSON object a line, with the fields of the event"
    return ""


def _is_table(head: bytes) -> bool:
    """Tell whether text has no line that begins like JSON, and a first line with several cells."""
    rows = [row.strip() for row in head.splitlines() if row.strip()]
    return bool(rows) and not any(row[:1] in b"{[" for row in rows) and bool(re.search(rb"[,;\t]", rows[0]))


def _unpacked(file: BinaryIO) -> io.BufferedReader:
    opened = file if isinstance(file, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, file))
    if not opened.peek(len(_GZIP)).startswith(_GZIP):
        return opened
    return io.BufferedReader(cast(io.RawIOBase, gzip.GzipFile(fileobj=opened, mode="rb")))


def _lines(file: io.BufferedReader) -> Iterator[bytes]:
    while line := file.readline(MAX_LINE_BYTES):
        if len(line) < MAX_LINE_BYTES or line.endswith(b"\n"):
            yield line
            continue
        long = LongLine(line[:_HEAD])
        long.length = len(line)
        while not line.endswith(b"\n") and (line := file.readline(MAX_LINE_BYTES)):
            long.length += len(line)
        yield long
