"""Dead letters after a fix: looked at, judged again, and sent again to the topic they came from.

    waiting ▸ read the original bytes ▸ decode as an agent would ▸ send ▸ wait for the broker ▸ mark as replayed

The mark is written after the broker has the letter. A crash between the two sends it again next time, and that is the
safe side: events are idempotent by their event id, so a second copy changes no result, while a letter marked first and
never sent would be lost without a trace. A letter that would be rejected again stays where it is unless it is forced;
sent twice after a crash it is one more dead letter, which is seen and harms nothing. Hold the lease `replay` around a
replay, so that two people do not send the same letters at the same time.
"""

from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from schemas.codec import Rejection, decode
from schemas.envelope import Event
from schemas.instants import EPOCH, milliseconds
from schemas.topics import LEARNING, TOPICS, key_of
from stores.errors import Refused
from stores.ports import Queries, Sends, Statements

Row = dict[str, Any]
Objection = Callable[[Event], Rejection | None]
"""Says why a decision is neither acted on nor shown (`stores.signing.Signing.objection`)."""

_MOST_BYTES = 16 * 1024 * 1024
_MOST_LETTERS = 500


class Warehouse(Queries, Statements, Protocol):
    """What replaying needs of `stores.warehouse.Warehouse`."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which dead letters: of a topic, with a reason code (empty = any), that came since an instant (aware)."""

    topic: str = ""
    code: str = ""
    since: datetime = EPOCH

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the filters as the named queries take them."""
        return {"topic": self.topic, "code": self.code, "since_ms": milliseconds(self.since)}


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter with its original bytes; a key of None was absent or empty."""

    topic: str
    topic_id: str
    partition: int
    offset: int
    code: str
    key: bytes | None
    value: bytes | None


@dataclass(slots=True)
class Outcome:
    """How many would be accepted now, were sent, are rejected again (by code); `still` shows some of the last."""

    accepted: int = 0
    sent: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    still: list[tuple[Letter, Rejection]] = field(default_factory=list)


def counts(warehouse: Warehouse, wanted: Wanted) -> list[Row]:
    """Return how many there are by topic and code, most first."""
    return warehouse.query("dead_letters_counts", **wanted.parameters)


def listed(warehouse: Warehouse, wanted: Wanted, waiting: bool, limit: int) -> list[Row]:
    """Return the newest letters, without their bytes; `waiting`: only those that were not sent again."""
    return warehouse.query("dead_letters_list", **wanted.parameters, waiting=waiting, limit=limit)


def one(warehouse: Warehouse, topic: str, partition: int, offset: int, topic_id: str = "") -> Row:
    """Return the letter at a place, `key` and `value` as the original bytes; the newest if the topic was made anew.

    Raises `Refused` when there is none.
    """
    rows = warehouse.query("dead_letters_one", topic=topic, partition=partition, offset=offset, topic_id=topic_id)
    if not rows:
        raise Refused(f"no dead letter at {topic}/{partition}/{offset}; `tidewheel dead-letters list` shows them")
    return rows[0] | {"key": b64decode(rows[0]["key"]), "value": b64decode(rows[0]["value"])}


def replay(
    warehouse: Warehouse,
    producer: Sends | None,
    wanted: Wanted,
    now: datetime,
    objection: Objection,
    tenants: Collection[str] = (),
    force: bool = False,
    shown: int = 10,
    on_sent: Callable[[int], None] = lambda letters: None,
) -> Outcome:
    """Judge the letters that were not sent again, and send those that would be accepted now; with `force` all of them.

    Without a producer nothing is sent or marked. `objection` says why a decision would not be believed. `tenants` are
    those that may send (empty: any). `on_sent` is called with the number of each portion once it is sent and marked.
    Bounded in memory by a portion of letters. Raises `Retryable` when a store is away: what was sent and marked so far
    stays so.
    """
    outcome = Outcome()
    for portion in _portions(warehouse.query("dead_letters_waiting", **wanted.parameters)):
        chosen = []
        for letter in _read(warehouse, portion):
            event = decode(TOPICS[letter.topic], letter.key, letter.value, now, tenants)
            if letter.topic == LEARNING.name and not isinstance(event, Rejection):
                event = objection(event) or event
            if isinstance(event, Rejection):
                outcome.rejected[event.code] += 1
                outcome.still += [(letter, event)] * (len(outcome.still) < shown)
            else:
                outcome.accepted += 1
            if force or not isinstance(event, Rejection):
                chosen.append((letter, event))
        if producer is not None and chosen:
            outcome.sent += _send(warehouse, producer, chosen, now)
            on_sent(len(chosen))
    return outcome


def _send(warehouse: Warehouse, producer: Sends, chosen: list[tuple[Letter, Event | Rejection]], now: datetime) -> int:
    for letter, event in chosen:
        producer.send(letter.topic, letter.key or _own_key(event), letter.value)
    producer.flush()
    first = chosen[0][0]
    warehouse.run(
        "dead_letters_mark",
        topic=first.topic,
        topic_id=first.topic_id,
        partition=first.partition,
        offsets=[letter.offset for letter, _ in chosen],
        now_ms=milliseconds(now),
    )
    return len(chosen)


def _own_key(event: Event | Rejection) -> bytes | None:
    """Return the key that a letter without one should have had: it keeps its user's or document's order."""
    return None if isinstance(event, Rejection) else key_of(event)


def _portions(rows: list[Row]) -> Iterator[list[Row]]:
    """Cut into runs of one partition, bounded in number and bytes; a single larger letter is a run of its own."""
    portion: list[Row] = []
    size = 0
    for row in rows:
        full = len(portion) >= _MOST_LETTERS or size + row["bytes"] > _MOST_BYTES
        if portion and (full or _place(portion[0]) != _place(row)):
            yield portion
            portion, size = [], 0
        portion.append(row)
        size += row["bytes"]
    if portion:
        yield portion


def _place(row: Row) -> tuple[str, str, int]:
    return row["topic"], row["topic_id"], row["partition"]


def _read(warehouse: Warehouse, portion: list[Row]) -> list[Letter]:
    topic, topic_id, partition = _place(portion[0])
    if topic not in TOPICS:
        raise Refused(f"there is no topic '{topic}' any more; choose others with --topic")
    rows = warehouse.query(
        "dead_letters_content",
        topic=topic,
        topic_id=topic_id,
        partition=partition,
        offsets=[row["offset"] for row in portion],
    )
    return [
        Letter(
            topic,
            topic_id,
            partition,
            row["offset"],
            row["code"],
            b64decode(row["key"]) or None,
            None if row["code"] == "empty" else b64decode(row["value"]),
        )
        for row in rows
    ]
