"""Waiting for a store: how long between two tries, what passes through, who hears of it, how it ends."""

import asyncio
import random
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest

from streams.transport import Batch, retry, retry_while_unavailable
from streams.transport.batch import CURRENT_WORK, Work
from tests.streams.apps import until, values, worker
from tests.streams.brokers import Broker

pytestmark = pytest.mark.anyio


async def test_other_errors_pass_through_and_what_the_store_answers_is_returned() -> None:
    assert await retry_while_unavailable(lambda x: x + 1, 1, retry_on=ConnectionError) == 2

    async def answer(text: str) -> str:
        return text

    assert await retry_while_unavailable(answer, "yes", retry_on=ConnectionError) == "yes"
    with pytest.raises(ZeroDivisionError):
        await retry_while_unavailable(lambda: 1 / 0, retry_on=ConnectionError)


@pytest.mark.thorough
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


class Time:
    """A clock that only sleeping moves, and the sleeps; `asyncio.sleep` still lets others run."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Time for `retry` alone, and waits at the upper end of their spread."""
    clock = Time()
    monkeypatch.setattr(retry, "monotonic", clock.monotonic)
    monkeypatch.setattr(retry, "asyncio", _Asyncio(clock))
    monkeypatch.setattr(random, "uniform", lambda least, most: most)
    return clock


class _Asyncio:
    def __init__(self, clock: Time) -> None:
        self.sleep, self.to_thread = clock.sleep, asyncio.to_thread


class Away:
    """A store that is away for so many calls."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def __call__(self) -> str:
        self.left -= 1
        if self.left >= 0:
            raise ConnectionError("away")
        return "stored"


async def test_waits_double_up_to_the_longest(clock: Time) -> None:
    wanted = [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]
    assert await retry_while_unavailable(Away(8), retry_on=ConnectionError) == "stored"
    assert clock.slept == pytest.approx(wanted)
    clock.slept.clear()
    await retry_while_unavailable(Away(4), retry_on=ConnectionError, first_wait_s=3, longest_wait_s=5)
    assert clock.slept == [3, 5, 5, 5]


async def test_waits_are_spread_over_their_upper_half(clock: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[float, float]] = []

    def least(low: float, high: float) -> float:
        asked.append((low, high))
        return low

    monkeypatch.setattr(random, "uniform", least)
    await retry_while_unavailable(Away(3), retry_on=ConnectionError, first_wait_s=1)
    assert asked == [(0.5, 1.0)] * 3
    assert clock.slept == [0.5, 1.0, 2.0]


async def test_an_error_of_another_kind_ends_the_waiting(clock: Time) -> None:
    errors: Iterator[Exception] = iter([ConnectionError("away"), TimeoutError("away"), ValueError("poison")])

    def work() -> None:
        raise next(errors)

    with pytest.raises(ValueError, match="poison"):
        await retry_while_unavailable(work, retry_on=(ConnectionError, TimeoutError))
    assert len(clock.slept) == 2


async def test_the_log_says_that_it_waits_reminds_and_says_that_it_is_over(
    clock: Time, caplog: pytest.LogCaptureFixture
) -> None:
    await retry_while_unavailable(Away(12), retry_on=ConnectionError)
    result = [record.getMessage() for record in caplog.records]
    assert len(result) == 4
    assert "waiting, and trying again until it answers: away" in result[0]
    assert "still waiting, since 33 s: away" in result[1]
    assert "still waiting, since 63 s: away" in result[2]
    assert "answers again after 72.6 s" in result[3]


class Hears:
    """A consumer that counts who waits for a store."""

    def __init__(self) -> None:
        self.steps: list[tuple[object, int]] = []

    def wait_for_store(self, message: object, step: int) -> None:
        self.steps.append((message, step))


async def _retry(work: Away, hears: Hears) -> None:
    CURRENT_WORK.set(Work(cast(Any, hears), cast(Any, "message")))
    await retry_while_unavailable(work, retry_on=ConnectionError)


async def test_the_consumer_hears_of_one_wait_and_of_its_end_and_of_none_without_one(clock: Time) -> None:
    hears = Hears()
    await asyncio.create_task(_retry(Away(0), hears))
    assert hears.steps == []
    await asyncio.create_task(_retry(Away(5), hears))
    assert hears.steps == [("message", 1), ("message", -1)]


async def test_a_cancellation_ends_the_wait_at_once_and_the_consumer_hears_it(caplog: pytest.LogCaptureFixture) -> None:
    hears = Hears()
    calls: list[float] = []

    def away() -> None:
        calls.append(time.monotonic())
        raise ConnectionError("away")

    async def work() -> None:
        CURRENT_WORK.set(Work(cast(Any, hears), cast(Any, "message")))
        await retry_while_unavailable(away, retry_on=ConnectionError, first_wait_s=600)

    waiting = asyncio.create_task(work())
    await until(lambda: hears.steps)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(waiting, 5)
    assert hears.steps == [("message", 1), ("message", -1)]
    assert len(calls) == 1
    assert "answers again" not in caplog.text


async def test_a_plain_function_does_not_block_the_loop() -> None:
    began, turns = time.monotonic(), 0
    waiting = asyncio.create_task(retry_while_unavailable(time.sleep, 0.3, retry_on=ConnectionError))
    while not waiting.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert time.monotonic() - began >= 0.3
    assert turns > 3
