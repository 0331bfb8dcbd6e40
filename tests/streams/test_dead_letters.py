"""Dead letters: the table first, then the topic; a letter that the topic cannot take is in the table all the same."""

from collections.abc import Mapping
from typing import Any

import pytest

from schemas.codec import Rejection
from schemas.topics import CLICKS
from stores.errors import Poison, Retryable
from streams.dead_letters import DeadLetters
from streams.publisher import OutgoingMessage, Publisher
from tests.schemas.samples import NOW, opened
from tests.streams.agents.batches import POISON, batch_of, rows
from tests.streams.world import Kept

BATCH = batch_of(CLICKS, opened(), POISON, None)
REJECTED = [(1, Rejection("not_json", "no JSON")), (2, Rejection("empty", "no value"))]


class Table:
    """Keeps what is inserted, in order of the calls to it and to the producer."""

    def __init__(self, calls: list[str]) -> None:
        self.calls = calls
        self.rows: list[dict[str, Any]] = []

    def insert(self, table: str, columns: Mapping[str, Any]) -> int:
        self.calls.append(table)
        self.rows += rows(columns)
        return len(self.rows)


class Watched(Kept):
    """A producer that may fail at the flush."""

    calls: list[str]
    failure: Exception | None = None

    def flush(self) -> int:
        self.calls.append("flush")
        if self.failure is not None:
            raise self.failure
        return len(self.messages)


def _dead(failure: Exception | None = None) -> tuple[DeadLetters, Table, Watched]:
    producer = Watched()
    producer.calls, producer.failure = [], failure
    table = Table(producer.calls)
    return DeadLetters(table, Publisher(producer)), table, producer


def test_a_letter_has_its_place_its_reason_and_its_bytes_in_the_table_and_in_the_topic() -> None:
    dead, table, producer = _dead()
    dead.put(BATCH, REJECTED)
    assert [(row["offset"], row["code"], row["key"], row["value"]) for row in table.rows] == [
        (101, "not_json", b"?", POISON),
        (102, "empty", b"?", b""),
    ]
    assert {(row["topic"], row["topic_id"], row["partition"], row["received_at"]) for row in table.rows} == {
        ("clicks", "id-1", 2, NOW)
    }
    assert producer.messages[0] == OutgoingMessage(
        "clicks.dead", b"?", POISON, [("reason", b"no JSON"), ("code", b"not_json"), ("source", b"clicks/2/101")]
    )
    assert producer.messages[1].value is None
    assert producer.calls == ["dead_letters", "flush"], "the table is the truth: it comes first"


def test_nothing_rejected_asks_no_store() -> None:
    dead, _, producer = _dead()
    dead.put(BATCH, [])
    assert producer.calls == []


def test_what_the_topic_cannot_take_is_in_the_table_and_stops_nobody() -> None:
    dead, table, _ = _dead(Poison("too large"))
    dead.put(BATCH, REJECTED)
    assert len(table.rows) == 2


def test_a_broker_that_is_away_is_waited_for() -> None:
    dead, _, _ = _dead(Retryable("away"))
    with pytest.raises(Retryable):
        dead.put(BATCH, REJECTED)
