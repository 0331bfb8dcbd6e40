"""Rows by a mapping as items: documents with their versions, or what people did. Pure, but for the file.

A cell is read as its field is: a number, an instant, a list. A row's event id comes from what the row says, unless a
column has it; a document's time is `updated_at`, else `occurred_at`. A row that is older than one that was sent, by its
version or else by its time, is no news.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any

import orjson

from connectors.instants import moment
from connectors.items import Document, Fault, Happened, Item, Removed
from connectors.tables.mapping import TableMapping
from connectors.tables.rows import Row, rows
from stores.errors import Poison

_INSTANTS = ("occurred_at", "updated_at")
_WHOLE = ("version", "from_search.rank", "serving_version")
_BROKEN = ("dwell_seconds", "latency_ms")
_LISTS = ("acl", "cited", "target.cited", "results", "impressions")
_RANKED = ("results", "impressions")
_TRUE = {"true", "yes", "y", "1", "x"}


class Wrong(Poison):
    """A cell that is not what its field has to be."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A mapping, and who sees documents whose row has no list."""

    mapping: TableMapping
    acl: tuple[str, ...]


def read(path: Path, reading: Reading) -> Iterator[Item]:
    """Yield the items of a file's rows."""
    for found in rows(path):
        if isinstance(found, Fault):
            yield found
            continue
        line, row = found
        try:
            yield item(row, reading)
        except Wrong as error:
            yield Fault(f"line {line}", str(error))


def item(row: Row, reading: Reading) -> Item:
    """Return what a row is. Raises `Wrong`."""
    mapping = reading.mapping
    said = {
        **mapping.values,
        **{name: value for name in mapping.columns if (value := _value(name, row, mapping)) is not None},
    }
    at = said.pop("updated_at", None) or said.get("occurred_at")
    if not isinstance(at, datetime):
        raise Wrong(
            f"{'updated_at' if mapping.type.startswith('Document') else 'occurred_at'}: missing; map a column to it"
        )
    if mapping.type in ("DocumentUpserted", "DocumentDeleted"):
        return _document(said, at, mapping.type, reading.acl)
    event_id = str(said.pop("event_id", ""))
    said.pop("occurred_at", None)
    fields = _nested(said)
    content = orjson.dumps(fields, option=orjson.OPT_SORT_KEYS).decode()
    return Happened(mapping.type, (content, at.isoformat()), at, fields, event_id)


def _document(said: dict[str, Any], at: datetime, kind: str, acl: tuple[str, ...]) -> Document | Removed:
    if not (document := str(said.get("document", ""))):
        raise Wrong("document: missing; map a column to it")
    if said.get("deleted") or kind == "DocumentDeleted":
        return Removed(document, at, version=said.get("version"), ordered=True)
    return Document(
        document=document,
        changed=at,
        title=str(said.get("title", "")),
        body=str(said.get("body", "")),
        acl=tuple(said["acl"]) if "acl" in said else acl,
        kind=str(said.get("kind", "page")),
        author=said.get("author"),
        channel=said.get("channel"),
        thread=said.get("thread"),
        version=said.get("version"),
        ordered=True,
    )


def _nested(said: dict[str, Any]) -> dict[str, Any]:
    """Return fields with those of a dotted name as objects; the search of an opening only where it is whole."""
    found: dict[str, Any] = {}
    for name, value in said.items():
        outer, _, inner = name.partition(".")
        if inner:
            found.setdefault(outer, {})[inner] = value
        else:
            found[name] = value
    led = found.get("from_search")
    if isinstance(led, dict) and {"search", "query", "rank"} - led.keys():
        del found["from_search"]
    return found


def _value(name: str, row: Row, mapping: TableMapping) -> Any:  # noqa: ANN401  # any JSON value
    """Return the value of a field in a row, None where its cells are empty."""
    cells = [row[column] for column in mapping.sources(name) if row.get(column) not in (None, "")]
    if not cells:
        if not any(column in row for column in mapping.sources(name)):
            raise Wrong(f"{name}: the row has no column {' or '.join(map(repr, mapping.sources(name)))}")
        return [] if name == "acl" else None
    first = cells[0]
    if name in _INSTANTS:
        return _known(moment(first), name, first, "ISO 8601, or seconds or milliseconds since 1970")
    if name in _WHOLE or name in _BROKEN:
        return _known(_number(first, name in _WHOLE), name, first, "a number")
    if name in _LISTS:
        return _list(name, cells, mapping.lists.separator)
    if name == "deleted":
        return str(first).strip().lower() in _TRUE
    return "\n\n".join(str(cell) for cell in cells) if name == "body" else " ".join(str(cell).strip() for cell in cells)


def _known(value: Any, name: str, cell: object, right: str) -> Any:  # noqa: ANN401  # any JSON value
    if value is None:
        raise Wrong(f"{name}: '{str(cell)[:60]}' is none; {right} is right")
    return value


def _number(cell: object, whole: bool) -> int | float | None:
    try:
        number = float(str(cell).strip())
    except ValueError:
        return None
    if not isfinite(number):
        return None
    return int(number) if whole and number.is_integer() else None if whole else number


def _list(name: str, cells: list[Any], separator: str) -> list[Any]:
    parts = [part for cell in cells for part in (cell if isinstance(cell, list) else str(cell).split(separator))]
    named = [part.strip() if isinstance(part, str) else part for part in parts]
    kept = [part for part in named if part not in (None, "")]
    if name not in _RANKED:
        return [str(part) for part in kept]
    return [part if isinstance(part, dict) else {"document": str(part), "rank": number}
            for number, part in enumerate(kept, start=1)]  # fmt: skip
