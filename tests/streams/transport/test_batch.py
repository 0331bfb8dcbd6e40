"""A batch and its stream: what an agent gets, and that only a finished batch is acknowledged."""

import asyncio
import time
from typing import Any, cast

import pytest
from faust.types import TP

from stores.exit_codes import EXIT_CRASHED
from streams.transport import Batch, BatchStream, build_app
from tests.streams.apps import until, values, worker
from tests.streams.brokers import Broker
from tests.streams.world import Given

pytestmark = pytest.mark.anyio


@pytest.mark.thorough
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


@pytest.mark.thorough
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


def test_a_batch_counts_the_bytes_of_keys_and_values_that_are_there() -> None:
    batch = Batch(TP("t", 3), (1, 2))
    batch.take([Given("t", 3, 7, b"key", b"value"), Given("t", 3, 9, None, b"four")])
    batch.take([Given("t", 3, 10, b"k", None)])
    assert [record.offset for record in batch] == [7, 9, 10]
    assert (batch.size, batch.topic, batch.partition, batch.stamp) == (8 + 4 + 1, "t", 3, (1, 2))


@pytest.mark.parametrize("processors", ["processors", "joins"])
async def test_what_works_on_single_events_is_refused(processors: str) -> None:
    app = build_app("refused", "127.0.0.1:9")
    stream = cast(BatchStream, app.stream(app.channel()))
    if processors == "processors":
        stream.add_processor(cast(Any, len))
    else:
        stream.combined = [stream]
    with pytest.raises(TypeError, match="no processors or joins"):
        await anext(aiter(stream))
