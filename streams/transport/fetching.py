"""The consumer's own thread: takes record batches from aiokafka, commits and seeks where aiokafka lives."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Protocol, cast

import aiokafka
from aiokafka import TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import CommitFailedError, ConsumerStoppedError, IllegalStateError
from aiokafka.structs import OffsetAndMetadata
from faust.transport.drivers.aiokafka import (
    AIOKafkaConsumerThread,
    Transport,
    credentials_to_aiokafka_auth,
    server_list,
)
from faust.types import TP

from streams.transport.batch import Batch, Record, Stamp
from streams.transport.limits import Limited, Limits

CHUNK = 100
"""Records parsed between two looks at a batch's size: bounds how far compressed data can overshoot `batch_bytes`."""

FETCH_WAIT_MS = 500
"""How long the broker may keep a fetch open when there is nothing new; data that arrives ends it at once."""


class Owner(Protocol):
    """Who knows which partitions may be read; asked from the consumer's thread."""

    @property
    def limits(self) -> Limits:
        """Return the limits of the app."""
        ...

    def stamp(self, tp: TP) -> Stamp:
        """Return what a batch fetched now must still equal when it is handed out."""
        ...

    def ready(self, tp: TP, taken: int) -> bool:
        """Tell whether a batch of this partition may be taken after `taken` bytes of others."""
        ...


class _Ready:
    """The partitions to take records from, as a live set.

    aiokafka asks `tp in partitions` each time it looks at its buffers, so a partition that becomes ready while the
    call waits is noticed as soon as the waiter is woken. `taken` collects the batches and the stamp of each.
    """

    def __init__(self, consumer: Owner) -> None:
        self._consumer = consumer
        self._stamps: dict[TP, Stamp] = {}
        self.taken: dict[TP, Batch] = {}
        self.size = 0

    def __contains__(self, tp: TopicPartition) -> bool:
        consumer, ours = self._consumer, TP(tp.topic, tp.partition)
        if ours in self.taken:
            batch, limits = self.taken[ours], consumer.limits
            return len(batch) < limits.batch_records and batch.size < limits.batch_bytes
        # The stamp is read before readiness: a rebalance in between makes it stale, never falsely fresh.
        self._stamps[ours] = consumer.stamp(ours)
        return consumer.ready(ours, self.size)

    def take(self, records: Mapping[TopicPartition, list[Record]]) -> None:
        for tp, chunk in records.items():
            ours = TP(tp.topic, tp.partition)
            batch = self.taken.setdefault(ours, Batch(ours, self._stamps[ours]))
            self.size -= batch.size
            batch.take(chunk)
            self.size += batch.size


class BatchConsumerThread(AIOKafkaConsumerThread):
    """Faust's consumer thread with batches for messages, and with errors that are looked at."""

    @property
    def _owner(self) -> Owner:
        return cast(Owner, self.consumer)

    def _create_worker_consumer(self, transport: Transport) -> aiokafka.AIOKafkaConsumer:
        conf, limits = self.app.conf, cast(Limited, self.app).limits
        # Faust reads `_assignor` nowhere else; range assignment is what makes topics co-partitioned.
        self._assignor = RangePartitionAssignor
        return aiokafka.AIOKafkaConsumer(
            client_id=conf.broker_client_id,
            group_id=conf.id,
            group_instance_id=conf.consumer_group_instance_id,
            bootstrap_servers=server_list(transport.url, transport.default_port),
            partition_assignment_strategy=[RangePartitionAssignor],
            enable_auto_commit=False,
            auto_offset_reset=conf.consumer_auto_offset_reset,
            max_poll_interval_ms=int((conf.broker_max_poll_interval or 0) * 1000),
            max_partition_fetch_bytes=limits.fetch_bytes,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            request_timeout_ms=int(conf.broker_request_timeout * 1000),
            check_crcs=conf.broker_check_crcs,
            session_timeout_ms=int(conf.broker_session_timeout * 1000),
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1000),
            heartbeat_interval_ms=int(conf.broker_heartbeat_interval * 1000),
            metadata_max_age_ms=conf.consumer_metadata_max_age_ms,
            connections_max_idle_ms=conf.consumer_connections_max_idle_ms,
            **credentials_to_aiokafka_auth(conf.broker_credentials, conf.ssl_context),
        )

    async def _fetch_records(
        self,
        consumer: aiokafka.AIOKafkaConsumer,
        active_partitions: object,
        timeout: float | None = None,
        max_records: int | None = None,
    ) -> dict[TP, Batch]:
        fetcher = consumer._fetcher
        if consumer._closed or fetcher._closed:
            raise ConsumerStoppedError()
        # Faust never asks: a coordinator or fetcher that died would be a silent stall.
        consumer._coordinator.check_errors()
        if fetcher.error_future.done():
            fetcher.error_future.result()
        ready = _Ready(self._owner)
        # Inside the fetch context the member counts as polling, however long its partitions are paused.
        with fetcher._subscriptions.fetch_context():
            records = await fetcher.fetched_records(ready, timeout, CHUNK)
            while records:
                ready.take(records)
                records = await fetcher.fetched_records(ready, 0, CHUNK)
        return ready.taken

    def wake(self) -> None:
        """Make a waiting fetch look again which partitions are ready. Callable from any thread."""
        self.thread_loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        if self._consumer is not None:
            fetcher = self._consumer._fetcher
            for waiter in list(fetcher._fetch_waiters):
                fetcher._notify(waiter)

    async def wait_until_stopped(self) -> None:
        """Go on until the app stops this thread, also after an agent has crashed: the last commit needs it."""
        await self._stopped.wait()

    async def commit(self, offsets: Mapping[TP, int]) -> bool:
        """Commit, from the main loop; False when the group has moved on.

        Goes around Faust's queue of calls, which nobody works off once the app has crashed.
        """
        committing = asyncio.run_coroutine_threadsafe(self._commit(offsets), self.thread_loop)
        return await asyncio.wrap_future(committing)

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        consumer = self._ensure_consumer()
        ours = consumer.assignment()
        offsets_of = {TopicPartition(tp.topic, tp.partition): offset for tp, offset in offsets.items()}
        mine = {tp: OffsetAndMetadata(offset, "") for tp, offset in offsets_of.items() if tp in ours}
        if not mine:
            return False
        try:
            await consumer.commit(mine)
        except (CommitFailedError, IllegalStateError) as error:
            # The group has moved on: the next owner reads these offsets again.
            self.log.info("commit came too late for %s: %s", sorted(mine), error)
            return False
        return True

    async def seek_one(self, tp: TP, offset: int) -> None:
        """Set the position of one assigned partition, in the thread that owns it."""
        await self.call_thread(self._seek_one, tp, offset)

    async def _seek_one(self, tp: TP, offset: int) -> None:
        self._ensure_consumer().seek(TopicPartition(tp.topic, tp.partition), offset)

    def reach(self, tps: Iterable[TP]) -> dict[TP, tuple[int | None, int]]:
        """Return where each partition will be fetched next (None while unknown) and the end that the last fetch saw.

        Safe from any thread.
        """
        subscription = self._ensure_consumer()._subscription.subscription
        assignment = subscription.assignment if subscription is not None else None
        states = {tp: assignment and assignment.state_value(TopicPartition(tp.topic, tp.partition)) for tp in tps}
        return {tp: (state._position, state.highwater or 0) if state else (None, 0) for tp, state in states.items()}
