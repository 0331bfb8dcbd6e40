"""Events as bytes, and bytes as events or as a reason that a person understands."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any

import orjson
from pydantic import Field, TypeAdapter, ValidationError

from schemas.envelope import Event
from schemas.limits import Cuts, clipped
from schemas.topics import MAX_EVENT_BYTES, TOPICS, Topic, tenant_of_key

MAX_CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of our clock an event may be dated before it is taken for a wrong clock."""

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""An older event has a date that nobody meant."""

_SHOWN_FIELDS = 5

_LARGE = 65_536
"""Bytes from which a value's parts are counted before pydantic sees it: every wrong one costs it a kilobyte."""

_MOST_FIELDS, _MOST_ITEMS = 100, 10_000
"""Of one object and of one list; no event of ours may have more."""

_MOST_PROBLEMS = 1_000
"""More are not listed one by one."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why some bytes are not an event: a short code to group by, and a sentence to read."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """An event as it holds, and what was cut of it to make it fit (see `schemas.limits`)."""

    event: Event
    cuts: Cuts


@cache
def _adapter(topic: str) -> TypeAdapter[Event]:
    events = TOPICS[topic].events
    if len(events) == 1:
        return TypeAdapter(events[0])
    union: Any = Annotated[reduce(or_, events), Field(discriminator="type")]
    return TypeAdapter(union)


def encode(event: Event) -> bytes:
    """Return the event's JSON as UTF-8 bytes; absent optional fields are left out."""
    return event.model_dump_json(exclude_none=True).encode()


def decode(
    topic: Topic, key: bytes | None, value: bytes | None, now: datetime, tenants: Collection[str] = ()
) -> Event | Rejection:
    """Return the event that `value` holds, within its limits, or why there is none.

    `tenants` names those that may send; empty lets every well-formed tenant in. `now` bounds the date (UTC, aware).
    """
    found = accept(topic, key, value, now, tenants)
    return found.event if isinstance(found, Accepted) else found


def accept(
    topic: Topic, key: bytes | None, value: bytes | None, now: datetime, tenants: Collection[str] = ()
) -> Accepted | Rejection:
    """Return what `decode` returns, with what was cut of the event."""
    if value is None:
        return Rejection("empty", "the record has no value; deletions are sent as DocumentDeleted events")
    if len(value) > MAX_EVENT_BYTES:
        return Rejection("too_large", f"{len(value):,} bytes; an event may have {MAX_EVENT_BYTES:,}")
    found = _fitting(topic, value)
    if isinstance(found, Rejection):
        return found
    if name := _doubled(value):
        return Rejection("invalid", f"{name}: stands twice in one object, and readers differ in which they take")
    return _misplaced(found.event, key, now, tenants) or found


def _fitting(topic: Topic, value: bytes) -> Accepted | Rejection:
    """Validate a value, cut to its limits where it would be refused otherwise. A large one is measured first."""
    if len(value) > _LARGE:
        plain, cuts = _cut(topic, value)
        if crowd := _crowd(plain):
            return Rejection("invalid", crowd)
        return _cut_short(topic, plain, cuts) if cuts else _validated(topic, value, cuts)
    found = _validated(topic, value, {})
    if isinstance(found, Accepted) or found.code == "not_json":
        return found
    plain, cuts = _cut(topic, value)
    return _cut_short(topic, plain, cuts) if cuts else found


def _cut_short(topic: Topic, plain: object, cuts: Cuts) -> Accepted | Rejection:
    try:
        return _validated(topic, orjson.dumps(plain), cuts)
    except orjson.JSONEncodeError:
        return Rejection("invalid", "values within values within values, deeper than any event has them")


def _validated(topic: Topic, value: bytes, cuts: Cuts) -> Accepted | Rejection:
    try:
        return Accepted(_adapter(topic.name).validate_json(value), cuts)
    except ValidationError as error:
        return _explain(error)


def _cut(topic: Topic, value: bytes) -> tuple[object, Cuts]:
    """Return what a value says, cut to its limits, and what was cut; nothing for what is no JSON."""
    try:
        plain = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None, {}
    only = topic.events[0].__name__ if len(topic.events) == 1 else ""
    kind = plain.get("type", only) if isinstance(plain, dict) else ""
    return clipped(plain, kind) if isinstance(kind, str) else (plain, {})


def _misplaced(event: Event, key: bytes | None, now: datetime, tenants: Collection[str]) -> Rejection | None:
    if tenants and event.tenant not in tenants:
        return Rejection("unknown_tenant", f"tenant: '{event.tenant}' is not one of this installation's tenants")
    if key is not None and tenant_of_key(key) != event.tenant:
        return Rejection("wrong_tenant", f"tenant: '{event.tenant}', but the record's key is of '{tenant_of_key(key)}'")
    if event.occurred_at > now + MAX_CLOCK_SKEW:
        return Rejection(
            "future", f"occurred_at: {event.occurred_at.isoformat()} is in the future; check the sender's clock"
        )
    if event.occurred_at < EARLIEST:
        return Rejection(
            "past", f"occurred_at: {event.occurred_at.isoformat()} is before 2000; check the sender's clock"
        )
    return None


def _crowd(plain: object) -> str:
    """Return what has more parts than any event may have; an empty string when nothing has."""
    waiting: list[Any] = [plain]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if len(part) > _MOST_FIELDS:
                return f"an object with {len(part):,} fields; no event has so many"
            waiting += part.values()
        elif isinstance(part, list):
            if len(part) > _MOST_ITEMS:
                return f"a list of {len(part):,}; no event has so many"
            waiting += part
    return ""


def _doubled(value: bytes) -> str:
    """Return the name of a field that stands twice in one object, or an empty string; `value` is valid."""
    if orjson.dumps(orjson.loads(value)) == value:
        return ""  # written as we would: of two fields of one name the second would be gone
    found = list[str]()

    def look(pairs: list[tuple[str, object]]) -> None:
        if len(pairs) != len({name for name, _ in pairs}):
            found.append(next(name for i, (name, _) in enumerate(pairs) if name in {n for n, _ in pairs[:i]}))

    json.loads(value, object_pairs_hook=look, parse_int=str, parse_float=str)
    return found[0] if found else ""


def _explain(error: ValidationError) -> Rejection:
    if error.error_count() > _MOST_PROBLEMS:
        return Rejection("invalid", f"{error.error_count():,} fields are missing, unknown or of a wrong type")
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    if problems[0]["type"] == "json_invalid":
        return Rejection("not_json", problems[0]["msg"])
    result = [f"{_where(p['loc'])}: {p['msg']}" for p in problems[:_SHOWN_FIELDS]]
    if len(problems) > _SHOWN_FIELDS:
        result.append(f"and {len(problems) - _SHOWN_FIELDS} more")
    return Rejection("invalid", "; ".join(result))


def _where(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc) or "value"
