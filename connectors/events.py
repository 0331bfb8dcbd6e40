"""Items as events: plain JSON objects with ids that come from the source alone, so that each run makes the same. Pure.

A document's version is when it was changed, in milliseconds since 1970, unless the source numbers its versions; where
the same moment brings another content (another list of groups, above all), it is one more than what was sent. So it is
for an earlier moment, unless the source has an order (`ordered`): then what is older than what was sent is not sent.
"""

from dataclasses import replace
from typing import Any

import orjson

from connectors.items import Document, Happened, Removed
from connectors.sent_file import Known
from schemas.codec import EARLIEST
from schemas.documents import MAX_VERSION
from schemas.ids import stable_id
from schemas.instants import milliseconds

Plain = dict[str, Any]

_LONGEST_NAME = 256


def upserted(item: Document, tenant: str, app: str) -> Plain:
    """Return the event of a document, without its version and id."""
    said: Plain = {
        "type": "DocumentUpserted",
        "tenant": tenant,
        "occurred_at": max(item.changed, EARLIEST).isoformat(),
        "document": item.document,
        "app": app,
        "kind": item.kind,
        "title": item.title,
        "body": item.body,
        "links": [{"target": target, "anchor": anchor} for target, anchor in item.links],
        "acl": list(item.acl),
        "thread": item.thread,
        "channel": item.channel,
        "author": " ".join((item.author or "").split())[:_LONGEST_NAME] or None,
        "updated_at": max(item.written or item.changed, EARLIEST).isoformat(),
    }
    return {name: value for name, value in said.items() if value is not None}


def removed(item: Removed, tenant: str) -> Plain:
    """Return the event of a document that is gone, without its version and id."""
    said: Plain = {
        "type": "DocumentRenamed" if item.renamed_to else "DocumentDeleted",
        "tenant": tenant,
        "occurred_at": max(item.at, EARLIEST).isoformat(),
        "document": item.document,
    }
    return {**said, "renamed_to": item.renamed_to} if item.renamed_to else said


def happened(item: Happened, tenant: str) -> Plain:
    """Return the event of something that people did."""
    event_id = item.event_id or stable_id("connector", item.kind, tenant, *item.key)
    return {
        "type": item.kind, "event_id": event_id, "tenant": tenant, "occurred_at": item.at.isoformat(), **item.fields,
    }  # fmt: skip


def digest(plain: Plain) -> str:
    """Return 16 hexadecimal digits that change with anything that an event of a document says; its time does not count.

    When a deletion was noticed says nothing new, and a document says itself when it was changed.
    """
    said = {name: value for name, value in plain.items() if name != "occurred_at"}
    return stable_id(orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode())[:16]


def numbered(plain: Plain, item: Document | Removed, known: Known) -> tuple[Plain, Known]:
    """Return an item's event with version and id, empty when it was sent before, and what is to be remembered.

    `plain` is the event without them; `known` is the document as it was sent last.
    """
    mark, gone = digest(plain), isinstance(item, Removed)
    reached = max(place(item), known.place)
    if (known.digest, known.gone) == (mark, gone):
        return {}, replace(known, place=reached, closed=item.closed)
    number = max(version(item), known.version + 1)
    event_id = stable_id("connector", plain["tenant"], plain["document"], number, mark)
    event = {**plain, "event_id": event_id, "version": min(number, MAX_VERSION)}
    return event, Known(number, mark, gone, reached, item.closed)


def version(item: Document | Removed) -> int:
    """Return the version that the source gives."""
    if item.version is not None:
        return item.version
    return max(milliseconds(item.changed if isinstance(item, Document) else item.at), 0)


def place(item: Document | Removed) -> int:
    """Return where an item stands in its source's order: the last place for what is final, 0 without an order."""
    if isinstance(item, Removed) and item.final:
        return MAX_VERSION
    return version(item) if item.ordered else 0


def is_older(item: Document | Removed, known: Known) -> bool:
    """Return whether an item is older than what was sent; one that closes what is open is news at any time."""
    is_open = not (known.gone or known.closed)
    return item.ordered and place(item) < known.place and not (item.closed and is_open)
