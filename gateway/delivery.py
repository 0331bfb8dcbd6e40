"""Records on their way to the broker: a callback when the broker has acknowledged all of a request's.

    request A ─┐
    request B ─┼─▶ waiting ──one thread──▶ producer ──flush──▶ each request is answered
    request C ─┘      │ full: 429

One thread sends what waits, of all requests, and waits for the broker once: many small requests cost it little more
than one. When the broker does not answer in time, all waiting requests fail at once and may be retried: events that
arrived all the same are the same events (their ids say so).
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType

from gateway.answers import Answered
from operations.events import Record
from stores.errors import Retryable, TidewheelError
from stores.kafka import EventProducer

LOG = logging.getLogger(__name__)

_AT_ONCE = 20_000
"""Records of one flush, about: a request waits for those of others, too."""


@dataclass(slots=True)
class _Handed:
    records: Sequence[Record]
    size: int
    done: "Future[None]" = field(default_factory=Future)


class Delivery:
    """Sends records from a thread of its own, as a context that delivers what it took at its end."""

    def __init__(self, connect: Callable[[], EventProducer], most: int, most_bytes: int) -> None:
        """Take how a producer is made, and how many records, of how many bytes together, may wait."""
        self._connect = connect
        self._most, self._most_bytes = most, most_bytes
        self._waiting: deque[_Handed] = deque()
        self._count, self._bytes = 0, 0
        self._changed = threading.Condition()
        self._over = False
        self._thread = threading.Thread(target=self._run, name="delivery")

    @property
    def waiting(self) -> int:
        """Return how many records the broker has not acknowledged yet."""
        return self._count

    def hand(self, records: Sequence[Record]) -> "Future[None]":
        """Take records; the result comes when the broker has all of them, as an error when it does not answer.

        Raises `Answered` (429) while too many wait, and takes nothing then.
        """
        handed = _Handed(records, sum(len(record.value) for record in records))
        with self._changed:
            if self._over:
                raise Answered(503, "Stopping", "the gateway stops; try again", retry_after_s=2)
            too_many = self._count + len(records) > self._most or self._bytes + handed.size > self._most_bytes
            if too_many and self._count:
                raise Answered(429, "Too Many Requests", "the buffer is full; send more slowly", retry_after_s=1)
            self._count += len(records)
            self._bytes += handed.size
            self._waiting.append(handed)
            self._changed.notify()
        return handed.done

    def __enter__(self) -> "Delivery":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._changed:
            self._over = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        producer: EventProducer | None = None
        while batch := self._next():
            failure: Exception | None = None
            try:
                producer = producer or self._connect()
                _send(producer, batch)
            except TidewheelError as error:
                LOG.warning("events were not delivered: %s", error)
                failure = error
                batch += self._all()
            except Exception as error:  # a request must not wait for ever because this thread is gone
                LOG.exception("events were not delivered")
                producer, failure = None, error
            with self._changed:
                self._count -= sum(len(handed.records) for handed in batch)
                self._bytes -= sum(handed.size for handed in batch)
            for handed in batch:
                _tell(handed.done, failure)

    def _next(self) -> list[_Handed]:
        """Return what waits, some of it, once there is anything; nothing when no more will come."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._over)
            batch, size = list[_Handed](), 0
            while self._waiting and (not batch or size + len(self._waiting[0].records) <= _AT_ONCE):
                batch.append(self._waiting.popleft())
                size += len(batch[-1].records)
            return batch

    def _all(self) -> list[_Handed]:
        with self._changed:
            batch = list(self._waiting)
            self._waiting.clear()
            return batch


def _send(producer: EventProducer, batch: Sequence[_Handed]) -> None:
    try:
        for handed in batch:
            for record in handed.records:
                producer.send(record.topic, record.key, record.value)
    finally:
        producer.flush()


def _tell(done: "Future[None]", failure: Exception | None) -> None:
    if not done.set_running_or_notify_cancel():
        return
    if failure is None:
        done.set_result(None)
    elif isinstance(failure, Retryable):
        done.set_exception(Answered(503, "Retryable", "the broker does not answer; send it again", retry_after_s=2))
    else:
        done.set_exception(failure)
