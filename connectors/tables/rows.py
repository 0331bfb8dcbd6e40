"""Rows of a table, CSV or JSON lines, plain or under gzip: each with its line, as cells by column.

CSV has a first line that names the columns; commas, semicolons, tabs and bars part them, whichever the first line has
most of, in a `.tsv` tabs. Cells of CSV are texts, those of JSON what they are.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from connectors.items import Fault
from operations import event_files
from operations.json_objects import Problem, objects
from schemas.topics import MAX_EVENT_BYTES
from stores.errors import Misconfigured

Row = dict[str, Any]

_TABLES = (".csv", ".tsv", ".txt")
_DELIMITERS = ",;\t|"
_GZIP = b"\x1f\x8b"


def rows(path: Path) -> Iterator[tuple[int, Row] | Fault]:
    """Yield the rows of a file, and what is in it that is none. Raises `Misconfigured` where there is no file."""
    if not path.is_file():
        raise Misconfigured(f"{path} is not there")
    with path.open("rb") as file:
        if path.name.lower().removesuffix(".gz").endswith(_TABLES):
            yield from _of_csv(file, "\t" if ".tsv" in path.name.lower() else "")
        else:
            yield from _of_json(file)


def _of_json(file: BinaryIO) -> Iterator[tuple[int, Row] | Fault]:
    try:
        for found in objects(event_files.lines(file)):
            if isinstance(found, Problem):
                yield Fault(f"line {found.line}", found.reason)
            else:
                yield found.line, found.content
    except event_files.Damaged as error:
        yield Fault("the end", str(error))


def _of_csv(file: BinaryIO, stated: str) -> Iterator[tuple[int, Row] | Fault]:
    packed = file.read(len(_GZIP)) == _GZIP
    file.seek(0)
    opened = gzip.GzipFile(fileobj=file, mode="rb") if packed else file
    text = io.TextIOWrapper(opened, encoding="utf-8-sig", newline="")
    csv.field_size_limit(MAX_EVENT_BYTES)
    line = 0
    try:
        first = text.readline()
        delimiter = stated or max(_DELIMITERS, key=first.count)
        columns = next(csv.reader([first], delimiter=delimiter), [])
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        for cells in reader:
            began, line = line + 2, reader.line_num
            if len(cells) != len(columns) and cells:
                yield Fault(f"line {began}", f"{len(cells)} cells, but the first line names {len(columns)} columns")
            elif cells:
                yield began, dict(zip(columns, cells, strict=True))
    except UnicodeDecodeError as error:
        yield Fault(f"after line {line + 1}", f"not UTF-8: byte 0x{error.object[error.start]:02x}; write it as UTF-8")
    except csv.Error as error:
        yield Fault(f"after line {line + 1}", f"no CSV: {error}")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        yield Fault(f"after line {line + 1}", f"the gzip data ends early or is damaged ({error})")
    finally:
        text.detach()
