"""The consumer: what is in flight, what is committed, what a seek drops, and how partitions change hands."""

import asyncio
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from faust.types import TP

from streams.transport import Batch, retry_while_unavailable
from streams.transport.consumer import BatchConsumer
from tests.streams.apps import Worker, until, values, worker
from tests.streams.brokers import Broker

pytestmark = pytest.mark.anyio


async def test_every_offset_comes_once_in_order_and_is_committed(broker: Broker) -> None:
    topic = broker.topic()
    sent = broker.produce(topic, values(20_000))
    async with worker(broker, topic, group="once", batch_records=700) as one:
        await until(lambda: one.seen(topic) >= 20_000)
    assert one.status == 0
    assert one.offsets(topic) == {p: list(range(n)) for p, n in sent.items()}
    assert broker.committed("once", topic) == sent
    assert max(len(batch) for batches in one.finished.values() for batch in batches) <= 700 + 100


@pytest.mark.thorough
async def test_seek_reads_again_and_ignores_the_acknowledgement_of_before(broker: Broker) -> None:
    topic = broker.topic(partitions=1)
    broker.produce(topic, values(1_000))
    gates = {500: asyncio.Event(), 300: asyncio.Event()}
    reached = {500: asyncio.Event(), 300: asyncio.Event()}

    async def handler(batch: Batch) -> None:
        first = batch[0].offset
        if first == 500 or (first == 300 and reached[500].is_set()):
            reached[first].set()
            await gates[first].wait()

    async with worker(broker, topic, group="seek", handler=handler, batch_records=100) as one:
        await until(reached[500].is_set)
        await one.consumer.seek(TP(topic, 0), 300)
        await until(lambda: broker.committed("seek", topic) == {0: 300})
        gates[500].set()
        await until(reached[300].is_set)
        await asyncio.sleep(0.5)  # several commit intervals
        assert broker.committed("seek", topic) == {0: 300}, "the batch from before the seek moved the group on"
        gates[300].set()
        await until(lambda: one.seen(topic) >= 1_300)
    assert one.offsets(topic)[0] == [*range(600), *range(300, 1_000)]
    assert broker.committed("seek", topic) == {0: 1_000}


@pytest.mark.thorough
async def test_a_batch_that_waits_in_line_is_dropped_by_a_seek(broker: Broker) -> None:
    topic = broker.topic(partitions=2)
    broker.produce(topic, values(300), 0)
    broker.produce(topic, values(300), 1)
    gate = asyncio.Event()
    taken: list[int] = []

    async def handler(batch: Batch) -> None:
        taken.append(batch.partition)
        await gate.wait()

    async with worker(broker, topic, handler=handler, batch_records=100) as one:
        await until(lambda: len(taken) == 1 and len(one.consumer._in_flight) == 2)
        waiting = 1 - taken[0]
        await one.consumer.seek(TP(topic, waiting), 200)
        gate.set()
        await until(lambda: one.seen(topic) >= 400)
        await asyncio.sleep(0.2)
    assert one.offsets(topic) == {taken[0]: list(range(300)), waiting: list(range(200, 300))}


@pytest.mark.thorough
async def test_a_partition_goes_on_as_soon_as_its_batch_is_finished(broker: Broker) -> None:
    topic = broker.topic(partitions=1)
    broker.produce(topic, values(5_000))
    times: list[float] = []

    async def handler(batch: Batch) -> None:
        times.append(time.monotonic())
        await asyncio.sleep(0.01)

    async with worker(broker, topic, handler=handler, batch_records=100) as one:
        await until(lambda: one.seen(topic) == 5_000)
    assert len(times) == 50
    assert times[-1] - times[0] < 5


@pytest.mark.thorough
async def test_memory_in_flight_is_bounded(broker: Broker) -> None:
    topic = broker.topic(partitions=8)
    broker.produce(topic, values(2_000, size=10_000))
    limit, batch_bytes = 2_000_000, 1_000_000
    gate = asyncio.Event()

    async def handler(batch: Batch) -> None:
        await gate.wait()

    async with worker(broker, topic, handler=handler, in_flight_bytes=limit, batch_bytes=batch_bytes) as one:
        await until(lambda: one.consumer._bytes >= limit)
        await asyncio.sleep(1.0)  # time to take more than it should
        most = one.consumer._bytes
        gate.set()
        await until(lambda: one.seen(topic) == 2_000)
    batches = [batch for found in one.finished.values() for batch in found]
    chunk = 100 * 10_010
    assert max(batch.size for batch in batches) <= batch_bytes + chunk
    assert most <= limit + batch_bytes + chunk
    assert one.consumer._bytes == 0


@pytest.mark.kafka
@pytest.mark.parametrize("broker", ["kafka"], indirect=True)
async def test_offsets_taken_by_transactions_are_no_gap(broker: Broker) -> None:
    from confluent_kafka import Producer

    topic = broker.topic(partitions=1)
    producer = Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": topic})
    producer.init_transactions(30)
    for _ in range(5):
        producer.begin_transaction()
        for _ in range(10):
            producer.produce(topic, b"x", partition=0)
        producer.commit_transaction(30)
    async with worker(broker, topic, group="transactions", batch_records=20) as one:
        await until(lambda: one.seen(topic) == 50)
        progress = one.consumer.watched()[TP(topic, 0)]
        await until(lambda: one.consumer.watched()[TP(topic, 0)].position == 55)
        assert progress.end == 55
    offsets = one.offsets(topic)[0]
    assert [b - a for a, b in pairwise(offsets)].count(2) == 4, "this test needs skipped offsets"
    assert broker.committed("transactions", topic) == {0: offsets[-1] + 1}


@pytest.mark.slow
async def test_workers_join_and_leave_without_a_gap_and_topics_are_copartitioned(broker: Broker) -> None:
    topics = [broker.topic(partitions=5), broker.topic(partitions=5)]
    group = "join-leave"

    async def slowly(batch: Batch) -> None:
        await asyncio.sleep(0.01)

    total = 12_000
    producing = [
        asyncio.create_task(asyncio.to_thread(broker.produce, topic, _slow_values(total, 6.0))) for topic in topics
    ]
    async with worker(broker, *topics, group=group, handler=slowly, batch_records=50) as one:
        await until(lambda: one.seen(topics[0]) > 300)
        async with worker(broker, *topics, group=group, handler=slowly, batch_records=50) as two:
            await until(lambda: two.seen(topics[0]) > 300 and two.seen(topics[1]) > 0)
            for member in (one, two):
                assert _partitions(member, topics[0]) == _partitions(member, topics[1]) != set()
            assert _partitions(one, topics[0]).isdisjoint(_partitions(two, topics[0]))
        sent = [await task for task in producing]
        await until(lambda: all(_covers(one, two, t, s) for t, s in zip(topics, sent, strict=True)))
    assert two.status == 0
    for topic, counts in zip(topics, sent, strict=True):
        assert broker.committed(group, topic) == counts
        seen = one.seen(topic) + two.seen(topic)
        assert seen == total, f"{seen - total} events were read twice although nothing was killed"


def _slow_values(n: int, seconds: float) -> Iterator[bytes]:
    for i in range(n):
        if i % 100 == 0:
            time.sleep(100 * seconds / n)
        yield b"%d" % i


def _partitions(member: Worker, topic: str) -> set[int]:
    return {tp.partition for tp in member.consumer.assignment() if tp.topic == topic}


def _covers(one: Worker, two: Worker, topic: str, sent: dict[int, int]) -> bool:
    first, second = one.offsets(topic), two.offsets(topic)
    return all(set(first.get(p, [])) | set(second.get(p, [])) == set(range(n)) for p, n in sent.items())


@pytest.mark.thorough
async def test_a_rebalance_does_not_wait_for_a_store_that_is_away(broker: Broker) -> None:
    topic = broker.topic(partitions=2)
    broker.produce(topic, values(400))
    away = [True]

    def store() -> None:
        if away[0]:
            raise ConnectionError("away")

    async def handler(batch: Batch) -> None:
        await retry_while_unavailable(store, retry_on=ConnectionError, longest_wait_s=0.2)

    async with worker(broker, topic, group="away", handler=handler, batch_records=50, revoke_wait_s=25) as one:
        await until(lambda: one.consumer.waits_for_store)
        began = time.monotonic()
        async with worker(broker, topic, group="away", handler=handler, batch_records=50, revoke_wait_s=25) as two:
            await until(lambda: one.app.rebalancing_count >= 2 and two.consumer.waits_for_store)
            assert time.monotonic() - began < 15
            away[0] = False
            await until(lambda: _covers(one, two, topic, {0: 200, 1: 200}))
    assert broker.committed("away", topic) == {0: 200, 1: 200}


@pytest.mark.slow
async def test_a_rebalance_waits_for_the_batch_being_worked_on(broker: Broker) -> None:
    topic = broker.topic(partitions=2)
    broker.produce(topic, values(200))

    async def take_three_seconds(batch: Batch) -> None:
        await asyncio.sleep(3)

    async with worker(broker, topic, group="patient", handler=take_three_seconds, batch_records=100) as one:
        await until(lambda: bool(one.consumer._working))
        async with worker(broker, topic, group="patient") as two:
            await until(lambda: _covers(one, two, topic, {0: 100, 1: 100}))
    assert one.seen(topic) + two.seen(topic) == 200, "a batch that could be finished was read again"


async def test_what_was_read_before_partitions_were_given_out_is_of_an_earlier_assignment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also what is looked at after they were revoked and before reading goes back to where the group stopped."""
    consumer: Any = BatchConsumer.__new__(BatchConsumer)
    consumer._assignments, consumer._bytes = 1, 0
    consumer._in_flight, consumer._acknowledged, consumer._committed_offset = {}, {}, {}
    looked: list[int] = []

    async def seek_to_committed(self: BatchConsumer) -> dict[TP, int]:
        looked.append(self.assignments)
        return {TP("clicks", 0): 500}

    monkeypatch.setattr(BatchConsumer, "seek_to_committed", seek_to_committed)
    await consumer.perform_seek()
    assert looked[0] < consumer.assignments
    assert consumer._committed_offset == {TP("clicks", 0): 500}
