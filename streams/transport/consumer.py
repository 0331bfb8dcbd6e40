"""The consumer in the main loop: which batches are in flight, what is acknowledged, what may be committed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any, ClassVar, NamedTuple, cast

from aiokafka.errors import ConsumerStoppedError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage, Message
from mode import ServiceT

from streams.transport.batch import Batch, Stamp
from streams.transport.fetching import BatchConsumerThread
from streams.transport.limits import Limited, Limits

LAST_COMMIT_S = 5.0
"""How long a rebalance or a stop waits for the broker to take the last commit."""


class PartitionProgress(NamedTuple):
    """How far a partition is: the next offset to fetch (None while unknown), the last offset of the batch in flight, if
    there is one, and the end that was seen last."""

    position: int | None
    in_flight: int | None
    end: int

    @property
    def has_more(self) -> bool:
        """Tell whether it is worked on or has more to read: then it is not idle, however long that takes."""
        return self.in_flight is not None or self.position is None or self.position < self.end


class BatchConsumer(driver.Consumer):
    """Faust's consumer, with one batch in flight per partition in place of gaps and lists of offsets.

    All state is written by the main loop; the consumer's thread only reads single values of it.
    """

    _thread: BatchConsumerThread

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Faust's own signature
        self._assignments = 0
        self._seeks: Counter[TP] = Counter()
        self._seeking: set[TP] = set()
        self._in_flight: dict[TP, Message] = {}
        self._bytes = 0
        self._working: Counter[Message] = Counter()
        self._waiting: Counter[Message] = Counter()
        self._acknowledged: dict[TP, int] = {}
        self._changed = asyncio.Event()
        super().__init__(*args, **kwargs)

    @property
    def limits(self) -> Limits:
        """Return the limits of the app."""
        return cast(Limited, self.app).limits

    def _new_consumer_thread(self) -> BatchConsumerThread:
        return BatchConsumerThread(self, loop=self.loop, beacon=self.beacon)

    @property
    def assignments(self) -> int:
        """Return how often partitions were given up or given out: what was read since then has one history."""
        return self._assignments

    # -- what may be fetched (the consumer's thread asks)

    def stamp(self, tp: TP) -> Stamp:
        """Return what a batch fetched now must still equal when it is handed out."""
        return self._assignments, self._seeks[tp]

    def ready(self, tp: TP, taken: int) -> bool:
        """Tell whether a batch of this partition may be taken, `taken` bytes having been taken by the same fetch."""
        return (
            self.flow_active
            and tp in self._active_partitions
            and tp not in self._in_flight
            and tp not in self._seeking
            and self._bytes + taken < self.limits.in_flight_bytes
        )

    # -- handing out

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:
        """Yield at most one message per partition; its value is a `Batch`, its offset the batch's last."""
        if not self.flow_active:
            await self.wait(self.can_resume_flow)  # type: ignore[arg-type]  # mode's annotation omits asyncio.Event
        taken = cast(dict[TP, Batch], await self._thread.getmany(None, timeout))
        for tp, batch in taken.items():
            if self.flow_active and tp not in self._seeking and batch.stamp == self.stamp(tp):
                message = self._to_batch_message(batch)
                self._in_flight[tp] = message
                self._bytes += batch.size
                yield tp, message

    def _to_batch_message(self, batch: Batch) -> ConsumerMessage:
        last = batch[-1]
        return ConsumerMessage(
            batch.topic,
            batch.partition,
            last.offset,
            last.timestamp / 1000.0,
            0,  # timestamp type: the records carry their own
            None,
            None,
            cast(bytes, batch),
            None,
            -1,
            batch.size,
            batch.tp,
            generation_id=self.app.consumer_generation_id,
        )

    async def _drain_messages(self, fetcher: ServiceT) -> None:
        try:
            while not (self.should_stop or cast(Any, fetcher).should_stop):
                async for _, message in self.getmany(timeout=1.0):
                    await self.callback(message)
        except (ConsumerStoppedError, asyncio.CancelledError):
            if not self.app.should_stop:
                raise

    # -- working and acknowledging (the stream tells)

    def begin(self, message: Message) -> bool:
        """Note that an agent takes this message; False when it is not in flight any more and must be dropped."""
        if self._in_flight.get(message.tp) is not message:
            return False
        self._working[message] += 1
        return True

    def end(self, message: Message) -> None:
        """Note that an agent has let go of this message, finished or not."""
        self._working[message] -= 1
        self._working += Counter()  # drops what is down to zero
        self._changed.set()

    def wait_for_store(self, message: Message, step: int) -> None:
        """Note that the work on this message begins (1) or ends (-1) to wait for a store."""
        self._waiting[message] += step
        self._waiting += Counter()
        self._changed.set()

    @property
    def waits_for_store(self) -> bool:
        """Tell whether any agent waits for a store."""
        return bool(self._waiting)

    def ack(self, message: Message) -> bool:
        """Acknowledge the message if it is the one in flight; its partition may be fetched again."""
        tp = message.tp
        if message.acked or self._in_flight.get(tp) is not message:
            return False
        message.acked = True
        self._acknowledged[tp] = message.offset + 1
        self._land(tp)
        self._thread.wake()
        return True

    def _land(self, tp: TP) -> None:
        message = self._in_flight.pop(tp, None)
        if message is not None:
            self._bytes -= cast(Batch, message.value).size

    async def settle(self, within: float) -> bool:
        """Wait until no batch is worked on but those that wait for a store; False when `within` seconds were up."""
        deadline = monotonic() + within
        while any(message not in self._waiting for message in self._working):
            self._changed.clear()
            try:
                async with asyncio.timeout(max(0.0, deadline - monotonic())):
                    await self._changed.wait()
            except TimeoutError:
                return False
        return True

    # -- committing

    def _uncommitted(self) -> dict[TP, int]:
        return {tp: o for tp, o in self._acknowledged.items() if self._committed_offset[tp] != o}

    async def force_commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:  # noqa: ANN401
        """Commit what is acknowledged, after everything that agents sent through Faust's producer has left."""
        offsets = {tp: o for tp, o in self._uncommitted().items() if not topics or tp in topics or tp.topic in topics}
        if not offsets:
            return False
        await self.app.producer.flush()
        if not await self._commit(offsets):
            return False
        self._committed_offset.update(offsets)
        self.app.monitor.on_tp_commit(offsets)
        return True

    async def commit_everything(self, within: float = LAST_COMMIT_S) -> None:
        """Commit all that is acknowledged now; gives up after `within` seconds, then it will be read again."""
        try:
            async with asyncio.timeout(within):
                await self.maybe_wait_for_commit_to_finish()
                await self.commit()
        except TimeoutError:
            self.log.warning("the broker did not take the last commit within %s s: %s", within, self._uncommitted())

    # -- giving up: rebalance, stop, seek

    async def quiesce(self, within: float) -> None:
        """Stop handing out, drop what is queued, let the batches being worked on finish, commit."""
        self._assignments += 1
        self.stop_flow()
        self.app.flow_control.suspend()
        self.app.flow_control.clear()
        for tp in [tp for tp, message in self._in_flight.items() if message not in self._working]:
            self._land(tp)
        if not await self.settle(within):
            self.log.warning("not waiting longer than %s s for %s", within, [m.tp for m in self._working])
        await self.commit_everything()

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish and commit what can be, then give the partitions up."""
        await self.quiesce(self.limits.revoke_wait_s)
        self._forget()
        await super().on_partitions_revoked(revoked)

    def _forget(self) -> None:
        self._in_flight.clear()
        self._bytes = 0
        self._acknowledged.clear()
        self._committed_offset.clear()

    async def perform_seek(self) -> None:
        """After an assignment: go on where the group has committed; a partition without a commit starts at the
        first offset, or where `consumer_auto_offset_reset` says."""
        committed = await self.seek_to_committed()
        self._assignments += 1
        self._forget()
        for tp, offset in committed.items():
            if offset is not None:
                self._committed_offset[TP(tp.topic, tp.partition)] = offset

    async def seek(self, partition: TP, offset: int) -> None:
        """Go on reading at `offset`, backward or forward; the group's committed offset moves there too."""
        tp = TP(partition.topic, partition.partition)
        self._seeking.add(tp)
        self._seeks[tp] += 1
        try:
            await self._thread.seek_one(tp, offset)
            self._land(tp)
            self._acknowledged[tp] = offset
        finally:
            self._seeking.discard(tp)
        self._thread.wake()
        await self.commit()

    # -- for the watchdog, from its own thread

    def watched(self) -> dict[TP, PartitionProgress]:
        """Return, per assigned partition, how far it has been read and what is being worked on."""
        tps = [TP(tp.topic, tp.partition) for tp in self.assignment()]
        in_flight = {tp: message.offset for tp in tps if (message := self._in_flight.get(tp)) is not None}
        reach = self._thread.reach(tps)
        return {tp: PartitionProgress(position, in_flight.get(tp), end) for tp, (position, end) in reach.items()}

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Do nothing: Faust's own check logs guesses about single events; the watchdog acts on facts."""


class BatchTransport(driver.Transport):
    """Faust's aiokafka transport with the batched consumer."""

    Consumer: ClassVar[type[BatchConsumer]] = BatchConsumer
