"""Fetching: where a batch ends, whatever the records' size and compression, and how soon news arrives."""

import asyncio
import time
from dataclasses import dataclass, field

import pytest
from aiokafka import TopicPartition
from faust.types import TP

from streams.transport import Batch, Limits
from streams.transport.batch import Record, Stamp
from streams.transport.fetching import _Ready
from tests.streams.apps import until, values, worker
from tests.streams.brokers import Broker
from tests.streams.world import Given

pytestmark = pytest.mark.anyio


@pytest.mark.thorough
async def test_records_that_come_later_are_delivered_soon(broker: Broker) -> None:
    topic = broker.topic(partitions=3)
    delays: list[float] = []

    async def handler(batch: Batch) -> None:
        delays.extend(time.time() - float(r.value or b"nan") for r in batch)

    async with worker(broker, topic, handler=handler) as one:
        broker.produce(topic, [b"%f" % time.time()] * 3)
        await until(lambda: one.seen(topic) == 3)
        delays.clear()
        for n in range(20):
            await asyncio.to_thread(broker.produce, topic, [b"%f" % time.time()], n % 3)
        await until(lambda: one.seen(topic) == 23)
    assert sorted(delays)[10] < 0.3, delays


@pytest.mark.thorough
@pytest.mark.parametrize("compression", ["gzip", "snappy", "lz4", "zstd"])
async def test_compressed_batches_are_read(broker: Broker, compression: str) -> None:
    topic = broker.topic(partitions=1)
    broker.produce(topic, values(5_000), None, **{"compression.type": compression})
    async with worker(broker, topic) as one:
        await until(lambda: one.seen(topic) == 5_000)
    assert [r.value for batch in one.finished[TP(topic, 0)] for r in batch] == list(values(5_000))


@pytest.mark.thorough
async def test_a_value_of_ten_megabytes_passes_between_small_ones(broker: Broker) -> None:
    topic = broker.topic(partitions=1, **{"max.message.bytes": "16777216"})
    big = b"x" * 10_000_000
    broker.produce(topic, [b"before"] * 50)
    broker.produce(topic, [big])
    broker.produce(topic, [b"after"] * 50)
    async with worker(broker, topic) as one:
        await until(lambda: one.seen(topic) == 101)
    found = [r.value for batch in one.finished[TP(topic, 0)] for r in batch]
    assert found == [b"before"] * 50 + [big] + [b"after"] * 50


@dataclass
class Owner:
    """Who lends partitions out, as the test wants it; keeps what it is asked."""

    limits: Limits
    rebalances: int = 0
    rest: set[TP] = field(default_factory=set)
    asked: list[int] = field(default_factory=list)

    def stamp(self, tp: TP) -> Stamp:
        return self.rebalances, 0

    def ready(self, tp: TP, taken: int) -> bool:
        self.asked.append(taken)
        self.rebalances += 1  # one that comes between the stamp and the answer
        return tp not in self.rest


def chunk(first: int, count: int, size: int = 10) -> list[Record]:
    return [Given("t", 0, first + n, None, b"x" * size) for n in range(count)]


ONE, TWO = TopicPartition("t", 0), TopicPartition("t", 1)


def test_a_batch_is_open_until_it_has_as_many_records_as_are_allowed() -> None:
    ready = _Ready(Owner(Limits(batch_records=5, batch_bytes=1_000)))
    found = []
    for first in (0, 3, 4):
        found.append(ONE in ready)
        ready.take({ONE: chunk(first, 3 if first == 0 else 1)})
    assert [*found, ONE in ready] == [True, True, True, False]
    assert [record.offset for record in ready.taken[TP("t", 0)]] == [0, 1, 2, 3, 4]


def test_a_batch_is_open_until_its_keys_and_values_have_as_many_bytes_as_are_allowed() -> None:
    ready = _Ready(Owner(Limits(batch_records=1_000, batch_bytes=100)))
    assert ONE in ready
    ready.take({ONE: chunk(0, 9, 11)})
    assert ONE in ready, "99 bytes of 100"
    ready.take({ONE: chunk(9, 1, 1)})
    assert ONE not in ready
    assert TWO in ready, "each partition has a batch of its own"


def test_a_record_above_the_limit_makes_a_batch_of_its_own() -> None:
    ready = _Ready(Owner(Limits(batch_bytes=100)))
    assert ONE in ready
    ready.take({ONE: chunk(0, 1, 5_000)})
    assert ONE not in ready
    assert len(ready.taken[TP("t", 0)]) == 1


def test_a_partition_is_asked_for_with_all_that_the_fetch_has_taken_and_once_taken_never_again() -> None:
    owner = Owner(Limits(), rest={TP("t", 1)})
    ready = _Ready(owner)
    assert ONE in ready
    ready.take({ONE: chunk(0, 2)})
    ready.take({ONE: chunk(2, 3)})
    assert ONE in ready
    assert TWO not in ready
    assert owner.asked == [0, 50]


def test_a_rebalance_between_the_stamp_and_the_answer_makes_the_batch_stale() -> None:
    owner = Owner(Limits())
    ready = _Ready(owner)
    assert ONE in ready
    ready.take({ONE: chunk(0, 1)})
    assert ready.taken[TP("t", 0)].stamp == (0, 0) != owner.stamp(TP("t", 0))
