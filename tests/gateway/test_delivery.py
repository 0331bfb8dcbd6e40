"""Delivery: answered once the broker has everything, at once when it is away, and never more than may wait."""

import threading
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from gateway.answers import Answered
from gateway.delivery import Delivery
from operations.events import Record
from stores.errors import Misconfigured, Retryable
from stores.kafka import EventProducer


class Broker:
    """A producer that a test holds back; it notes what is flushed."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.flushing = threading.Event()
        self.failure: Exception | None = None
        self.sent: list[bytes] = []
        self.arrived: list[bytes] = []
        self.flushes = 0

    def send(self, topic: str, key: bytes | None, value: bytes) -> None:
        self.sent.append(value)

    def flush(self) -> int:
        self.flushing.set()
        assert self.open.wait(30)
        self.flushes += 1
        if self.failure is not None:
            self.sent.clear()
            raise self.failure
        self.arrived += self.sent
        self.sent.clear()
        return 0


def delivery(broker: Broker, most: int = 10, most_bytes: int = 1_000) -> Delivery:
    connect: Callable[[], EventProducer] = lambda: broker  # type: ignore[assignment, return-value]  # noqa: E731
    return Delivery(connect, most, most_bytes)


def some(*values: bytes) -> list[Record]:
    return [Record("clicks", b"k", value) for value in values]


def test_it_is_done_when_the_broker_has_it_and_not_before() -> None:
    broker = Broker()
    broker.open.clear()
    with delivery(broker) as made:
        done = made.hand(some(b"a", b"b"))
        assert broker.flushing.wait(30)
        assert (done.done(), made.waiting) == (False, 2)
        broker.open.set()
        assert done.result(30) is None
    assert broker.arrived == [b"a", b"b"]
    assert made.waiting == 0


def test_what_waits_meanwhile_goes_together() -> None:
    broker = Broker()
    broker.open.clear()
    with delivery(broker) as made:
        made.hand(some(b"a"))
        assert broker.flushing.wait(30)
        others = [made.hand(some(value)) for value in (b"b", b"c", b"d")]
        broker.open.set()
        assert [each.result(30) for each in others] == [None] * 3
    assert broker.flushes == 2


@pytest.mark.parametrize(("most", "most_bytes"), [(2, 1_000), (10, 2)])
def test_more_than_may_wait_is_sent_back(most: int, most_bytes: int) -> None:
    broker = Broker()
    broker.open.clear()
    with delivery(broker, most, most_bytes) as made:
        first = made.hand(some(b"a", b"b"))
        with pytest.raises(Answered) as refused:
            made.hand(some(b"c"))
        assert (refused.value.problem.status, refused.value.retry_after_s) == (429, 1)
        broker.open.set()
        first.result(30)
        made.hand(some(b"c")).result(30)
    assert broker.arrived == [b"a", b"b", b"c"]


def test_one_request_may_be_larger_than_the_buffer_when_nothing_else_waits() -> None:
    with delivery(broker := Broker(), most=1) as made:
        made.hand(some(b"a", b"b")).result(30)
    assert broker.arrived == [b"a", b"b"]


def test_a_broker_that_is_away_is_said_to_be_to_all_who_wait() -> None:
    broker = Broker()
    broker.open.clear()
    broker.failure = Retryable("no answer")
    with delivery(broker) as made:
        waiting = [made.hand(some(b"a"))]
        assert broker.flushing.wait(30)
        waiting += [made.hand(some(b"b")), made.hand(some(b"c"))]
        broker.open.set()
        for each in waiting:
            assert _problem(each) == (503, 2)
        broker.failure = None
        made.hand(some(b"d")).result(30)
    assert broker.flushes == 2
    assert broker.arrived == [b"d"]


def test_another_error_is_its_own() -> None:
    broker = Broker()
    broker.failure = Misconfigured("a topic is missing")
    with delivery(broker) as made, pytest.raises(Misconfigured, match="topic"):
        made.hand(some(b"a")).result(30)


def test_an_error_that_nobody_foresaw_leaves_nobody_waiting() -> None:
    broker = Broker()
    broker.failure = RuntimeError("a fault")
    with delivery(broker) as made:
        with pytest.raises(RuntimeError, match="a fault"):
            made.hand(some(b"a")).result(30)
        broker.failure = None
        made.hand(some(b"b")).result(30)
    assert (broker.arrived, made.waiting) == ([b"b"], 0)


def test_what_was_taken_is_delivered_at_the_end_and_then_nothing_is() -> None:
    broker = Broker()
    broker.open.clear()
    made = delivery(broker)
    with made:
        done = made.hand(some(b"a"))
        broker.open.set()
    assert done.result(0) is None
    with pytest.raises(Answered, match="stops"):
        made.hand(some(b"b"))


def _problem(done: "Future[None]") -> tuple[int, float | None]:
    error = done.exception(30)
    assert isinstance(error, Answered)
    return error.problem.status, error.retry_after_s
