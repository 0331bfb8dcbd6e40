"""Rows by a mapping as items: documents with their versions, or what people did. Pure, but for the file.

A cell is read as its field is: a number, an instant, a list. A row's event id comes from what the row says, unless a
column has it; a document's time is `updated_at`, else `occurred_at`. A row that is older than one that was sent, by its
version or else by its time, is no news.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from connectors.items import Document, Fault, Happened, Item, Removed
from connectors.tables import cells
from connectors.tables.cells import Wrong
from connectors.tables.mapping import TableMapping
from connectors.tables.rows import Row, rows


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
    filled = [row[column] for column in mapping.sources(name) if row.get(column) not in (None, "")]
    if not filled:
        if not any(column in row for column in mapping.sources(name)):
            raise Wrong(f"{name}: the row has no column {' or '.join(map(repr, mapping.sources(name)))}")
        return [] if name == "acl" else None
    return cells.value(name, filled, mapping.lists.separator)
