"""Searches recorded in the background: in order, after an outage too, and never at the cost of an answer."""

import threading
from collections.abc import Sequence
from typing import cast

from indexer.resident.recorder import Recorder
from indexer.search.answer import Answer, search_served
from schemas.activity import SearchServed
from schemas.codec import decode
from schemas.topics import SEARCHES
from stores.errors import Poison, Retryable
from stores.kafka import EventProducer
from tests.indexer.world import NOW

ANSWER = Answer((), "m", "C", 1, 1.0)


def event(n: int) -> SearchServed:
    return search_served(
        ANSWER, event_id=f"e{n}", tenant="acme", user="ana", search=f"s{n}", query="leave", at=NOW, surface="search"
    )


class Broker:
    """A producer that is away for the first `refusals` deliveries, and remembers what arrived."""

    def __init__(self, refusals: Sequence[Exception] = ()) -> None:
        self.arrived: list[str] = []
        self.closed = False
        self._buffered: list[str] = []
        self._refusals = list(refusals)
        self.enough = threading.Event()

    def connect(self) -> EventProducer:
        return cast(EventProducer, self)

    def send(self, topic: str, key: bytes, value: bytes, headers: Sequence[tuple[str, bytes]] = ()) -> None:
        found = decode(SEARCHES, key, value, NOW)
        assert topic == SEARCHES.name
        assert isinstance(found, SearchServed)
        self._buffered.append(found.search)

    def flush(self) -> None:
        buffered, self._buffered = self._buffered, []
        if self._refusals:
            raise self._refusals.pop(0)
        self.arrived += buffered
        self.enough.set()

    def close(self) -> None:
        self.closed = True


def test_what_was_taken_has_arrived_when_the_context_ends() -> None:
    broker = Broker()
    with Recorder(broker.connect) as recorder:
        assert all(recorder.record(event(n)) for n in range(1_200))
    assert broker.arrived == [f"s{n}" for n in range(1_200)]
    assert broker.closed


def test_an_outage_delays_and_loses_nothing() -> None:
    broker = Broker([Retryable("away"), Retryable("still away")])
    with Recorder(broker.connect, retry_s=0.01) as recorder:
        assert recorder.record(event(1))
        assert broker.enough.wait(30)
        assert recorder.record(event(2))
    assert broker.arrived == ["s1", "s2"]


def test_what_can_never_be_sent_does_not_stop_what_comes_after_it() -> None:
    broker = Broker([Poison("too large")])
    with Recorder(broker.connect, retry_s=0.01) as recorder:
        recorder.record(event(1))
        while broker._refusals:
            threading.Event().wait(0.001)
        recorder.record(event(2))
    assert broker.arrived == ["s2"]


def test_a_full_buffer_is_said_and_never_waited_for() -> None:
    recorder = Recorder(Broker().connect, buffer=2)
    assert [recorder.record(event(n)) for n in range(3)] == [True, True, False]


def test_a_stop_while_the_broker_is_away_is_not_for_ever() -> None:
    broker = Broker([Retryable("away")] * 10_000)
    with Recorder(broker.connect, retry_s=600) as recorder:
        recorder.record(event(1))
    assert broker.arrived == []
