"""Events from a file of lines: read and checked as an agent would, and sent to their topics."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import orjson

from operations.connections import Connections
from schemas.codec import Rejection, decode, encode
from schemas.envelope import Event
from schemas.topics import PRODUCED, TOPIC_OF, key_of


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that is no event, and why."""

    line: int
    reason: str


Outgoing = tuple[str, bytes | None, bytes]
"""Topic, key and value of a record to send."""


def read_events(lines: Iterable[bytes], now: datetime) -> Iterator[Event | Problem]:
    """Yield each line's event, or what is wrong with it; blank lines are passed over. `now` bounds the dates."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            kind = orjson.loads(line).get("type")
        except (orjson.JSONDecodeError, AttributeError):
            yield Problem(number, "not a JSON object")
            continue
        topic = PRODUCED.get(kind) if isinstance(kind, str) else None
        if topic is None:
            yield Problem(number, _not_produced(kind))
            continue
        event = decode(topic, None, line, now)
        yield Problem(number, event.reason) if isinstance(event, Rejection) else event


def checked(lines: Iterable[bytes], now: datetime) -> Iterator[Outgoing | Problem]:
    """Yield each line's record for the topic of its event, or what is wrong with it."""
    for item in read_events(lines, now):
        if isinstance(item, Problem):
            yield item
        else:
            yield TOPIC_OF[type(item).__name__].name, key_of(item), encode(item)


def unchecked(lines: Iterable[bytes], topic: str) -> Iterator[Outgoing]:
    """Yield each line as it is, as a record of this topic without a key."""
    return ((topic, None, line.rstrip(b"\r\n")) for line in lines)


def send(stores: Connections, records: Iterable[Outgoing | Problem]) -> tuple[int, list[Problem]]:
    """Send what can be sent; return how many the broker has, and the problems. Raises `Retryable` when it is away."""
    problems: list[Problem] = []
    with stores.producer() as producer:
        for record in records:
            if isinstance(record, Problem):
                problems.append(record)
            else:
                producer.send(*record)
        return producer.flush(), problems


def _not_produced(kind: object) -> str:
    if isinstance(kind, str) and kind in TOPIC_OF:
        return (
            f"type: {kind} is a decision, and nobody sends one unsigned; `tidewheel approve`, `refuse`, `rollback` and "
            "`retrain` sign what you decide"
        )
    return f"type: {kind!r} is none of {', '.join(PRODUCED)}"
