"""What the streams themselves send to Kafka: delivered before the caller goes on."""

import threading
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from stores.ports import Sends


class OutgoingMessage(NamedTuple):
    """One message to send."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


class Publisher:
    """One producer for several threads, one at a time: its flush speaks for whatever thread called it."""

    def __init__(self, producer: Sends) -> None:
        self._producer = producer
        self._lock = threading.Lock()

    def deliver(self, messages: Iterable[OutgoingMessage]) -> int:
        """Send the messages and return how many, after the broker has all of them.

        Raises `Retryable`, or `Poison` when the broker will never take one of them.
        """
        with self._lock:
            for message in messages:
                self._producer.send(*message)
            return self._producer.flush()
