"""A UBI query or event, however it is spelt, as plain values: snake_case of the schema, or camelCase and nested as the
OpenSearch plugin serialises its Java beans. Empty strings mean that there is nothing. Pure.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from schemas.instants import instant
from stores.errors import Poison

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DIGITS = re.compile(r"[0-9]+")
_LATEST_MS = 253_402_300_799_999
"""The last millisecond that a date of ours can have."""


class Unreadable(Poison):
    """Why an item is none; the message says what is wrong and what is right."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A UBI query: who searched for what, and the hits' ids in order; `named` tells whether it says of which field."""

    query: str
    query_id: str
    client: str
    user: str
    at: datetime | None
    hits: tuple[str, ...]
    application: str
    named: bool

    @property
    def person(self) -> str:
        """Return who searched, by a stand-in of the search's own where nobody is named; empty without either."""
        return person(self.user, self.client, self.query_id)


@dataclass(frozen=True, slots=True)
class Acted:
    """A UBI event: who did what with which object; `extras` are the event's attributes beyond the schema."""

    action: str
    at: datetime
    query_id: str
    client: str
    user: str
    query: str
    document: str
    rank: int | None
    application: str
    named: bool
    stamp: str
    extras: dict[str, Any] = field(default_factory=dict)

    @property
    def person(self) -> str:
        """Return who did it, as `Asked.person`."""
        return person(self.user, self.client, self.query_id)


def person(user: str, client: str, query_id: str) -> str:
    """Return who is meant: the user, else the client, else somebody known by one search alone, else nobody."""
    return user or client or (f"anonymous:{query_id}"[:256] if query_id else "")


def asked(item: object) -> Asked:
    """Return a UBI query. Raises `Unreadable`."""
    said = _snaked(item)
    response = _snaked(said.get("query_response") or {})
    hits = _first(said, response, "query_response_hit_ids", "query_response_object_ids", otherwise=[])
    if not isinstance(hits, list):
        raise Unreadable("query_response_hit_ids: a list of ids is right")
    query = _text(said, "user_query")
    if not query:
        raise Unreadable("user_query: missing; it is what the person searched for")
    stamp = said.get("timestamp")
    return Asked(
        query=query,
        query_id=_text(said, "query_id") or _text(response, "query_id"),
        client=_text(said, "client_id"),
        user=_text(said, "user_id"),
        at=None if stamp in (None, "") else moment(stamp),
        hits=tuple(dict.fromkeys(hit for hit in map(_id, hits) if hit)),
        application=_text(said, "application"),
        named=bool(_text(said, "object_id_field")),
    )


def acted(item: object) -> Acted:
    """Return a UBI event. Raises `Unreadable`."""
    said = _snaked(item)
    attributes = _snaked(said.get("event_attributes") or {})
    thing = _snaked(attributes.get("object") or {})
    action = _text(said, "action_name")
    if not action:
        raise Unreadable("action_name: missing; it says what happened")
    if said.get("timestamp") in (None, ""):
        raise Unreadable("timestamp: missing; epoch milliseconds or ISO 8601 is right")
    return Acted(
        action=action,
        at=moment(said["timestamp"]),
        query_id=_text(said, "query_id"),
        client=_text(said, "client_id"),
        user=_text(said, "user_id"),
        query=_text(said, "user_query"),
        document=_id(thing.get("object_id")),
        rank=_ordinal(attributes.get("position")),
        application=_text(said, "application"),
        named=bool(_text(thing, "object_id_field")),
        stamp=str(said["timestamp"]),
        extras=attributes,
    )


def moment(stamp: object) -> datetime:
    """Return an instant: of epoch milliseconds, or of ISO 8601, which is UTC where it has no offset."""
    if isinstance(stamp, str) and _DIGITS.fullmatch(digits := stamp.strip()):
        stamp = int(digits[:20])
    if isinstance(stamp, int | float) and not isinstance(stamp, bool) and 0 <= stamp <= _LATEST_MS:
        return instant(int(stamp))
    try:
        found = datetime.fromisoformat(str(stamp).strip()) if isinstance(stamp, str) else None
        if found is not None:
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unreadable("timestamp: epoch milliseconds or ISO 8601 is right") from error
    raise Unreadable("timestamp: epoch milliseconds or ISO 8601 is right")


def _snaked(item: object) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise Unreadable("a JSON object is right")
    spelt = {_HUMP.sub("_", str(name)).lower(): value for name, value in item.items()}
    return {**spelt, **item}


def _first(one: dict[str, Any], other: dict[str, Any], *names: str, otherwise: object) -> object:
    return next((said[name] for said in (one, other) for name in names if said.get(name) is not None), otherwise)


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unreadable(f"{name}: a text is right")
    return value.strip()


def _id(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def _ordinal(position: object) -> int | None:
    """Return the rank that a position names, from 1; one that gives coordinates alone names none."""
    given = position.get("ordinal") if isinstance(position, dict) else position
    return given if isinstance(given, int) and not isinstance(given, bool) and given >= 1 else None
