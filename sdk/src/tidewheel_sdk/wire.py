"""An event as it travels: JSON in UTF-8, and for Kafka the topic and the key."""

import dataclasses
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from tidewheel_sdk.events import Event

MAX_EVENT_BYTES = 8 * 1024 * 1024
"""The server takes no larger event."""

PARTITIONER = "murmur2_random"
"""librdkafka's name of the hash by which all producers of these topics choose the partition of a key."""

_BETWEEN = "\x1f"

_TOPICS = {
    "DocumentUpserted": ("documents.changes", "document"),
    "DocumentDeleted": ("documents.changes", "document"),
    "DocumentRenamed": ("documents.changes", "document"),
    "SearchServed": ("searches", "user"),
    "ResultsShown": ("impressions", "user"),
    "DocumentOpened": ("clicks", "user"),
    "CitationOpened": ("citation.clicks", "user"),
    "Reacted": ("reactions", "target"),
}
"""The topic of each type, and the field that its key ends with."""


class Item(NamedTuple):
    """An event on its way: its id, and its JSON."""

    event_id: str
    body: bytes


def item(event: Event) -> Item:
    """Return the event as it travels; absent optional fields are left out."""
    return Item(event.event_id, written(plain(event)))


def plain(value: Any) -> Any:  # noqa: ANN401  # whatever fields have
    """Return a value as JSON can write it."""
    if dataclasses.is_dataclass(value):
        found = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {name: plain(content) for name, content in found.items() if content is not None}
    if isinstance(value, datetime):
        return value.isoformat()
    return [plain(each) for each in value] if isinstance(value, tuple) else value


def written(content: Mapping[str, Any]) -> bytes:
    """Return an object's JSON, without spaces and in one line."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def tenant_of(body: bytes) -> str:
    """Return an event's tenant."""
    return str(json.loads(body).get("tenant", ""))


def record(body: bytes) -> tuple[str, bytes]:
    """Return the topic of an event and its key: the tenant, U+001F, and what orders its events."""
    event = json.loads(body)
    topic, name = _TOPICS[event["type"]]
    by = event[name]
    if name == "target":
        by = by["document" if by["kind"] == "message" else "answer"]
    return topic, f"{event['tenant']}{_BETWEEN}{by}".encode()
