"""The contract of the batched transport, in one process: what is delivered, what is committed, what a failure costs."""

import asyncio
import time
from itertools import pairwise

import pytest
from faust.types import TP

from stores.exit_codes import EXIT_CRASHED
from streams.transport import Batch
from tests.streams.apps import until, values, worker
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


async def test_values_keys_and_order_within_a_batch_arrive_as_sent(broker: Broker) -> None:
    topic = broker.topic(partitions=1)
    broker.produce(topic, [b"", b"\xff\x00", "ü".encode()])
    async with worker(broker, topic) as one:
        await until(lambda: one.seen(topic) == 3)
    records = [r for batch in one.finished[TP(topic, 0)] for r in batch]
    assert [(r.key, r.value) for r in records] == [(b"k0", b""), (b"k1", b"\xff\x00"), (b"k2", "ü".encode())]
    assert all(abs(r.timestamp / 1000 - time.time()) < 300 for r in records)


async def test_only_finished_batches_are_committed_and_the_rest_comes_again(broker: Broker) -> None:
    topic = broker.topic(partitions=2)
    broker.produce(topic, values(1_000), 0)
    broker.produce(topic, values(1_000), 1)

    async def get_stuck(batch: Batch) -> None:
        if batch.partition == 0 and batch[0].offset == 200:
            await asyncio.Event().wait()

    async with worker(
        broker, topic, group="prefix", handler=get_stuck, concurrency=2, batch_records=100, stop_wait_s=0.5
    ) as one:
        await until(lambda: len(one.offsets(topic).get(1, [])) == 1_000)
        await until(lambda: broker.committed("prefix", topic) == {0: 200, 1: 1_000})
    assert one.status == 0
    assert broker.committed("prefix", topic) == {0: 200, 1: 1_000}, "an abandoned batch was committed"

    async with worker(broker, topic, group="prefix") as two:
        await until(lambda: two.seen(topic) == 800)
    assert two.offsets(topic) == {0: list(range(200, 1_000))}


async def test_an_exception_in_an_agent_crashes_the_worker_and_the_batch_comes_again(broker: Broker) -> None:
    topic = broker.topic(partitions=1)
    broker.produce(topic, values(1_000))

    async def choke(batch: Batch) -> None:
        if any(r.offset == 450 for r in batch):
            raise ValueError("poison")

    async with worker(broker, topic, group="crash", handler=choke, batch_records=100) as one:
        await until(lambda: one.status is not None)
    assert one.status == EXIT_CRASHED
    assert broker.committed("crash", topic) == {0: 400}
    async with worker(broker, topic, group="crash") as two:
        await until(lambda: two.seen(topic) == 600)
    assert two.offsets(topic) == {0: list(range(400, 1_000))}


async def test_the_stop_after_a_crash_commits_what_is_acknowledged_however_long_others_take(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    topic = broker.topic(partitions=2)
    broker.produce(topic, values(500), 0)
    broker.produce(topic, values(100), 1)
    begun = asyncio.Event()

    async def choke(batch: Batch) -> None:
        if batch.partition == 1:
            begun.set()
            await asyncio.sleep(3)  # the consumer's own thread would be gone by then
        elif batch[0].offset == 400:
            await begun.wait()
            raise ValueError("poison")

    async with worker(
        broker, topic, group="last", handler=choke, concurrency=2, batch_records=100, commit_interval_s=60
    ) as one:
        await until(lambda: one.status is not None)
    assert one.status == EXIT_CRASHED
    assert "cut short" not in caplog.text
    assert broker.committed("last", topic) == {0: 400, 1: 100}


async def test_a_broker_that_goes_away_during_the_stop_is_told_by_the_exit_status(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = broker.topic(partitions=1)
    broker.produce(topic, values(10))
    async with worker(broker, topic) as one:
        await until(lambda: one.seen(topic) == 10)
        stop = one.app.stop

        async def breaking() -> None:
            await stop()
            raise ConnectionError("closed")

        monkeypatch.setattr(one.app, "stop", breaking)
    assert one.status == EXIT_CRASHED


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


async def test_concurrency_keeps_the_order_of_every_partition(broker: Broker) -> None:
    topic = broker.topic()
    broker.produce(topic, values(4_000))
    at_once, most = [0], [0]

    async def handler(batch: Batch) -> None:
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        await asyncio.sleep(0.01)
        at_once[0] -= 1

    async with worker(broker, topic, handler=handler, concurrency=3, batch_records=100) as one:
        await until(lambda: one.seen(topic) == 4_000)
    assert one.offsets(topic) == {p: list(range(1_000)) for p in range(4)}
    assert 2 <= most[0] <= 3


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


@pytest.mark.parametrize("compression", ["gzip", "snappy", "lz4", "zstd"])
async def test_compressed_batches_are_read(broker: Broker, compression: str) -> None:
    topic = broker.topic(partitions=1)
    broker.produce(topic, values(5_000), None, **{"compression.type": compression})
    async with worker(broker, topic) as one:
        await until(lambda: one.seen(topic) == 5_000)
    assert [r.value for batch in one.finished[TP(topic, 0)] for r in batch] == list(values(5_000))


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
