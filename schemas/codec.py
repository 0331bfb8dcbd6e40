"""Events as bytes, and bytes as events or as a reason that a person understands."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from schemas.envelope import Event
from schemas.topics import MAX_EVENT_BYTES, TOPICS, Topic, tenant_of_key

MAX_CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of our clock an event may be dated before it is taken for a wrong clock."""

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""An older event has a date that nobody meant."""

_SHOWN_FIELDS = 5


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why some bytes are not an event: a short code to group by, and a sentence to read."""

    code: str
    reason: str


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
    """Return the event that `value` holds, or why there is none.

    `tenants` names those that may send; empty lets every well-formed tenant in. `now` bounds the date (UTC, aware).
    """
    if value is None:
        return Rejection("empty", "the record has no value; deletions are sent as DocumentDeleted events")
    if len(value) > MAX_EVENT_BYTES:
        return Rejection("too_large", f"{len(value):,} bytes; an event may have {MAX_EVENT_BYTES:,}")
    try:
        event = _adapter(topic.name).validate_json(value)
    except ValidationError as error:
        return _explain(error)
    return _misplaced(event, key, now, tenants) or event


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


def _explain(error: ValidationError) -> Rejection:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    if problems[0]["type"] == "json_invalid":
        return Rejection("not_json", problems[0]["msg"])
    told = [f"{_where(p['loc'])}: {p['msg']}" for p in problems[:_SHOWN_FIELDS]]
    if len(problems) > _SHOWN_FIELDS:
        told.append(f"and {len(problems) - _SHOWN_FIELDS} more")
    return Rejection("invalid", "; ".join(told))


def _where(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc) or "value"
