"""Delivering: all of the caller's messages, and no other caller's in between."""

import threading
import time
from collections.abc import Sequence

import pytest

from stores.errors import Retryable
from streams.publisher import OutgoingMessage, Publisher


class Slow:
    """A producer that would mix what two threads send, if they were let in at once."""

    def __init__(self) -> None:
        self.buffer: list[str] = []
        self.flushed: list[list[str]] = []
        self.away = False

    def send(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]] = ()
    ) -> None:
        time.sleep(0.001)
        self.buffer.append(topic)

    def flush(self) -> int:
        sent, self.buffer = self.buffer, []
        if self.away:
            raise Retryable("away")
        self.flushed.append(sent)
        return len(sent)


def test_a_flush_speaks_for_one_caller_s_messages_alone() -> None:
    producer = Slow()
    publisher = Publisher(producer)
    counts: dict[str, int] = {}

    def deliver(name: str) -> None:
        counts[name] = publisher.deliver(OutgoingMessage(name, None, b"") for _ in range(20))

    threads = [threading.Thread(target=deliver, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == {"a": 20, "b": 20, "c": 20}
    assert sorted(map(tuple, producer.flushed)) == [("a",) * 20, ("b",) * 20, ("c",) * 20]


def test_a_broker_that_is_away_is_told_to_the_caller_and_locks_nobody_out() -> None:
    producer = Slow()
    publisher = Publisher(producer)
    producer.away = True
    with pytest.raises(Retryable):
        publisher.deliver([OutgoingMessage("a", None, None)])
    producer.away = False
    assert publisher.deliver([OutgoingMessage("b", b"k", b"v", [("h", b"1")])]) == 1
