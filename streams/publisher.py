"""What the streams themselves send to Kafka: delivered before the caller goes on."""

import threading
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol


class Letter(NamedTuple):
    """One message to send."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


class Producer(Protocol):
    """What sending needs of `stores.kafka.EventProducer`."""

    def send(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]] = ()
    ) -> None:
        """Put one event into the buffer."""
        ...

    def flush(self) -> int:
        """Wait until everything sent has arrived; raise when something did not."""
        ...


class Outbox:
    """One producer for several threads, one at a time: its flush speaks for whoever called it."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer
        self._lock = threading.Lock()

    def deliver(self, letters: Iterable[Letter]) -> int:
        """Send the letters and return how many, after the broker has all of them. Raises `Retryable`, or `Poison`
        when the broker will never take one of them."""
        with self._lock:
            for letter in letters:
                self._producer.send(*letter)
            return self._producer.flush()
