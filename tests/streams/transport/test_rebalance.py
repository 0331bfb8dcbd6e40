"""The contract of the batched transport when members come and go, and when a store is away."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from streams.transport import Batch, retry_while_unavailable
from tests.streams.apps import Worker, until, values, worker
from tests.streams.brokers import Broker

pytestmark = pytest.mark.anyio


async def test_a_partition_whose_store_is_away_waits_while_the_others_flow_and_the_member_stays(broker: Broker) -> None:
    slow, quick = broker.topic(partitions=1), broker.topic(partitions=1)
    broker.produce(slow, values(1_000))
    broker.produce(quick, values(1_000))
    calls, revoked = [0], []
    away_until = [float("inf")]

    def store(batch: Batch) -> None:
        calls[0] += 1
        if time.monotonic() < away_until[0]:
            raise ConnectionError("the store is away")

    async def handler(batch: Batch) -> None:
        if batch.topic == slow:
            await retry_while_unavailable(store, batch, retry_on=ConnectionError, first_wait_s=0.05, longest_wait_s=0.3)

    settings = {"broker_max_poll_interval": 1.0}
    async with worker(broker, slow, quick, handler=handler, batch_records=300, settings=settings) as one:
        one.app.on_partitions_revoked.connect(lambda *_, **__: revoked.append(time.monotonic()), weak=False)
        await until(lambda: one.seen(quick) == 1_000)
        revoked.clear()
        assert one.seen(slow) == 0
        assert one.consumer.waits_for_store
        await asyncio.sleep(broker.session_timeout_s + 1.5)  # longer than the session and than max.poll.interval
        broker.produce(quick, values(500))
        await until(lambda: one.seen(quick) == 1_500)
        assert one.seen(slow) == 0
        away_until[0] = 0.0
        await until(lambda: one.seen(slow) == 1_000)
        assert not one.consumer.waits_for_store
    assert one.offsets(slow) == {0: list(range(1_000))}
    assert calls[0] > 6
    assert not revoked, "the member was expelled while it waited"


async def test_other_errors_pass_through_and_what_the_store_answers_is_returned() -> None:
    assert await retry_while_unavailable(lambda x: x + 1, 1, retry_on=ConnectionError) == 2

    async def answer(text: str) -> str:
        return text

    assert await retry_while_unavailable(answer, "yes", retry_on=ConnectionError) == "yes"
    with pytest.raises(ZeroDivisionError):
        await retry_while_unavailable(lambda: 1 / 0, retry_on=ConnectionError)


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
