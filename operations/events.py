"""Events from a file: read and checked as an agent would, and sent to their topics."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from operations.connections import Connections
from operations.event_files import Damaged
from operations.json_objects import Found, Problem, objects
from schemas.codec import Rejection, accept
from schemas.envelope import Event
from schemas.limits import Cuts
from schemas.topics import PRODUCED, TOPIC_OF, key_of

__all__ = [
    "Problem",
    "Read",
    "Record",
    "Sent",
    "checked",
    "judged",
    "read",
    "read_events",
    "record",
    "send",
    "unchecked",
]


@dataclass(frozen=True, slots=True)
class Read:
    """An event, the line (from 1) in which it begins, its JSON as it stands there, and what is cut to make it fit."""

    line: int
    event: Event
    text: bytes
    cuts: Cuts


@dataclass(frozen=True, slots=True)
class Record:
    """What is sent: topic, key and value; and what will be cut of it, in which line."""

    topic: str
    key: bytes | None
    value: bytes
    line: int = 0
    cuts: Cuts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """How many events the broker has, what could not be sent, what is cut, and whether Ctrl-C came before the end."""

    count: int
    problems: list[Problem]
    cut: list[tuple[int, Cuts]]
    stopped: bool = False


def read_events(lines: Iterable[bytes], now: datetime) -> Iterator[Event | Problem]:
    """Yield the events of a text, however it is laid out, and what is wrong with it. `now` bounds the dates."""
    return (item if isinstance(item, Problem) else item.event for item in read(lines, now))


def read(lines: Iterable[bytes], now: datetime) -> Iterator[Read | Problem]:
    """Yield what `read_events` yields, with where each event stands and what is cut of it."""
    line = 0
    try:
        for item in objects(lines):
            line = item.line
            yield item if isinstance(item, Problem) else judged(item, now)
    except Damaged as error:
        yield Problem(line + 1, str(error))


def judged(found: Found, now: datetime) -> Read | Problem:
    """Return the event that an object is, or what is wrong with it. `now` bounds its date."""
    kind = found.content.get("type")
    topic = PRODUCED.get(kind) if isinstance(kind, str) else None
    if topic is None:
        return Problem(found.line, _not_produced(kind))
    accepted = accept(topic, None, found.text, now)
    if isinstance(accepted, Rejection):
        return Problem(found.line, accepted.reason)
    return Read(found.line, accepted.event, found.text, accepted.cuts)


def checked(lines: Iterable[bytes], now: datetime) -> Iterator[Record | Problem]:
    """Yield each event's record for its topic, or what is wrong with a line."""
    for item in read(lines, now):
        if isinstance(item, Problem):
            yield item
        else:
            yield record(item)


def record(item: Read) -> Record:
    """Return the record of an event for its topic: its text as it was read, which the streams check and cut again."""
    return Record(TOPIC_OF[type(item.event).__name__].name, key_of(item.event), item.text, item.line, item.cuts)


def unchecked(lines: Iterable[bytes], topic: str) -> Iterator[Record | Problem]:
    """Yield each line as it is, as a record of this topic without a key."""
    number = 0
    try:
        for number, line in enumerate(lines, start=1):
            yield Record(topic, None, line.rstrip(b"\r\n"), number)
    except Damaged as error:
        yield Problem(number + 1, str(error))


def send(stores: Connections, records: Iterable[Record | Problem]) -> Sent:
    """Send what can be sent, until the end or until the person presses Ctrl-C. Raises `Retryable` without a broker."""
    problems: list[Problem] = []
    cut: list[tuple[int, Cuts]] = []
    stopped = False
    with stores.producer() as producer:
        try:
            for record in records:
                if isinstance(record, Problem):
                    problems.append(record)
                    continue
                producer.send(record.topic, record.key, record.value)
                if record.cuts:
                    cut.append((record.line, record.cuts))
        except KeyboardInterrupt:
            stopped = True
        return Sent(producer.flush(), problems, cut, stopped)


def _not_produced(kind: object) -> str:
    if isinstance(kind, str) and kind in TOPIC_OF:
        return (
            f"type: {kind} is a decision, and nobody sends one unsigned; `tidewheel approve`, `refuse`, `rollback` and "
            "`retrain` sign what you decide"
        )
    return f"type: {kind!r} is none of {', '.join(PRODUCED)}"
