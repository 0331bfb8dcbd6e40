"""What an agent sees: batches of raw records, and a stream that acknowledges a batch only when its work is done."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextvars import ContextVar
from typing import Any, Protocol, cast

from faust.streams import Stream
from faust.types import TP, EventT, Message


class Record(Protocol):
    """One raw record as aiokafka hands it out."""

    @property
    def topic(self) -> str:
        """Return the name of the topic that it lies in."""
        ...

    @property
    def partition(self) -> int:
        """Return the partition of the topic."""
        ...

    @property
    def offset(self) -> int:
        """Return its number in the partition."""
        ...

    @property
    def timestamp(self) -> int:
        """Return milliseconds since 1970, set by the producer or the broker."""
        ...

    @property
    def key(self) -> bytes | None:
        """Return the key's bytes."""
        ...

    @property
    def value(self) -> bytes | None:
        """Return the value's bytes; None is a tombstone."""
        ...

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """Return the headers, in the producer's order."""
        ...


Stamp = tuple[int, int]
"""(assignments, seeks of the partition) at the moment of the fetch: a batch with an old stamp is dropped."""


class Batch(list[Record]):
    """Consecutive records of one partition, in order, never empty. Offsets may skip (compaction, transactions)."""

    def __init__(self, tp: TP, stamp: Stamp) -> None:
        super().__init__()
        self.tp = tp
        self.stamp = stamp
        self.size = 0

    @property
    def topic(self) -> str:
        """Return the topic's name."""
        return self.tp.topic

    @property
    def partition(self) -> int:
        """Return the partition's number."""
        return self.tp.partition

    @property
    def assignment(self) -> int:
        """Return the number of the assignment of partitions since which it was read; it grows."""
        return self.stamp[0]

    def take(self, records: Sequence[Record]) -> None:
        """Append records and count the bytes of their keys and values."""
        self.extend(records)
        self.size += sum(len(r.key or b"") + len(r.value or b"") for r in records)


class Owner(Protocol):
    """Who handed the batch out, and has to hear what becomes of it."""

    def begin(self, message: Message) -> bool:
        """Note that an agent takes the batch; False when it must be dropped."""
        ...

    def end(self, message: Message) -> None:
        """Note that the agent has let go of it, finished or not."""
        ...

    def wait_for_store(self, message: Message, step: int) -> None:
        """Note that the work begins (1) or ends (-1) to wait for a store."""
        ...


class Work:
    """One batch while an agent works on it: lets `retry_while_unavailable` say that it waits for a store."""

    def __init__(self, consumer: Owner, message: Message) -> None:
        self.consumer = consumer
        self.message = message


CURRENT_WORK: ContextVar[Work | None] = ContextVar("current_work", default=None)


class BatchStream(Stream[Batch]):
    """A Faust stream of batches.

    A batch is acknowledged when, and only when, the agent asks for the next one. If the body raises, is cancelled or
    leaves the loop, the generator is closed at its `yield`, the lines after it never run, and nothing is acknowledged.
    Processors (`take`, `group_by`, `through`, `filter`) work on single events and are refused.
    """

    def __aiter__(self) -> AsyncIterator[Batch]:
        batches = self._batches()
        self._active_agens.add(cast(AsyncGenerator[Any, None], batches))
        return batches

    async def _batches(self) -> AsyncIterator[Batch]:
        if self._processors or self.combined:
            raise TypeError("a batched stream takes no processors or joins: work on the list of records instead")
        self._finalized = True
        started_here = await self.maybe_start()
        consumer = cast(Owner, self.app.consumer)
        try:
            while not self.should_stop:
                event = cast(EventT[Batch], await self.channel.__anext__())
                message = event.message
                if not consumer.begin(message):
                    continue  # from before a rebalance or a seek: it has been, or will be, read again
                self.events_total += 1
                self._set_current_event(event)
                CURRENT_WORK.set(Work(consumer, message))
                try:
                    yield cast(Batch, message.value)
                finally:
                    CURRENT_WORK.set(None)
                    self.current_event = None
                    consumer.end(message)
                message.ack(self.app.consumer)
        except StopAsyncIteration:
            return  # how Faust tells a stream that its agent stops
        finally:
            self._channel_stop_iteration(self.channel)
            if started_here:
                await self.stop()
