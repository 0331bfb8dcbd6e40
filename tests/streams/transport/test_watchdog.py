"""The watchdog: what counts as a stall, what does not, and that a stalled worker ends."""

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError
from faust.types import TP

from stores.exit_codes import EXIT_TRY_AGAIN
from streams.transport import Limits, watchdog
from streams.transport.consumer import PartitionProgress
from streams.transport.watchdog import LagClock, Watchdog, end_process
from tests.streams.brokers import Broker
from tests.streams.transport.fleets import Fleet, until, values


class TestLagClock:
    """The watchdog's rule, on a clock of our own."""

    tp = TP("t", 0)

    def test_a_partition_that_stands_still_with_lag_is_stalled(self) -> None:
        clock = LagClock(10)
        assert clock.stalled(0, True, {self.tp: PartitionProgress(5, None, 9)}) == []
        assert clock.stalled(9, True, {self.tp: PartitionProgress(5, None, 12)}) == []
        assert clock.stalled(10, True, {self.tp: PartitionProgress(5, None, 15)}) == [self.tp]

    def test_progress_idleness_and_reset_start_the_clock_again(self) -> None:
        clock = LagClock(10)
        for now, at in (
            (0, PartitionProgress(5, None, 9)),
            (9, PartitionProgress(6, None, 9)),
            (18, PartitionProgress(9, None, 9)),
        ):
            assert clock.stalled(now, True, {self.tp: at}) == []
        assert clock.stalled(40, True, {self.tp: PartitionProgress(9, None, 10)}) == []
        clock.reset()
        assert clock.stalled(52, True, {self.tp: PartitionProgress(9, None, 10)}) == []
        assert clock.stalled(62, True, {self.tp: PartitionProgress(9, None, 10)}) == [self.tp]

    def test_a_batch_that_is_never_finished_is_a_stall_even_at_the_end_of_the_log(self) -> None:
        clock = LagClock(10)
        clock.stalled(0, True, {self.tp: PartitionProgress(9, 8, 9)})
        assert clock.stalled(10, True, {self.tp: PartitionProgress(9, 8, 9)}) == [self.tp]

    def test_a_rebalance_that_does_not_end_is_a_stall(self) -> None:
        clock = LagClock(10)
        clock.stalled(0, False, {})
        assert clock.stalled(5, False, {self.tp: PartitionProgress(None, None, 0)}) == []
        assert clock.stalled(10, False, {}) == [None]

    def test_a_partition_without_a_position_is_lagging(self) -> None:
        clock = LagClock(10)
        clock.stalled(0, True, {self.tp: PartitionProgress(None, None, 0)})
        assert clock.stalled(10, True, {self.tp: PartitionProgress(None, None, 0)}) == [self.tp]


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["hang", "block"])
def test_the_watchdog_ends_a_worker_that_makes_no_progress(
    fleets: Callable[..., Fleet], broker: Broker, fault: str
) -> None:
    fleet = fleets()
    sent = broker.produce(fleet.topic, values(2_000))
    worker = fleet.start(stall_after_s=4)
    until(lambda: fleet.covers(sent))
    time.sleep(6)
    assert worker.poll() is None, "an idle worker was taken for a stalled one"
    fleet.fault(fault)
    broker.produce(fleet.topic, values(100))
    assert worker.wait(60) == EXIT_TRY_AGAIN, fleet.stderr()
    assert f"{fleet.topic}[" in fleet.stderr()


@pytest.mark.slow
def test_the_watchdog_lets_a_worker_wait_for_its_store(fleets: Callable[..., Fleet], broker: Broker) -> None:
    fleet = fleets()
    fleet.fault("away")
    sent = broker.produce(fleet.topic, values(2_000))
    worker = fleet.start(stall_after_s=3)
    until(lambda: "the store is away" in fleet.stderr())
    time.sleep(6)
    assert worker.poll() is None
    fleet.fault("away", on=False)
    until(lambda: fleet.covers(sent))


TP0 = TP("t", 0)


@dataclass
class FakeApp:
    """What the watchdog looks at, as the test wants it."""

    at: PartitionProgress
    waits_for_store: bool = False
    flow_active: bool = True
    limits: Limits = field(default_factory=lambda: Limits(stall_after_s=10))

    @property
    def consumer(self) -> "FakeApp":
        return self

    def watched(self) -> dict[TP, PartitionProgress]:
        return {TP0: self.at}


@dataclass
class Observer:
    """The broker as the watchdog asks it: where each partition ends, or an error."""

    end: int = 0
    error: Exception | None = None

    async def end_offsets(self, tps: list[TopicPartition]) -> Mapping[TopicPartition, int]:
        if self.error is not None:
            raise self.error
        return dict.fromkeys(tps, self.end)

    async def stop(self) -> None:
        """Let go of nothing."""


def looks(app: FakeApp, observer: Observer, monkeypatch: pytest.MonkeyPatch, *times: float) -> list[str]:
    """Return what the watchdog says when it looks at these times."""
    result: list[str] = []
    dog = Watchdog(cast(Any, app), result.append)
    for now in times:
        monkeypatch.setattr(watchdog, "monotonic", partial(float, now))
        asyncio.run(dog._look(cast(Any, observer)))
    return result


def told_at(answers: Mapping[float, Exception | None], monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return when the watchdog speaks of a partition that stands still, the broker answering so at these times."""
    result: list[float] = []
    now, turns, observer = [0.0], iter(answers), Observer()
    dog = Watchdog(cast(Any, FakeApp(PartitionProgress(5, None, 9))), lambda reason: result.append(now[0]))

    async def pause() -> bool:
        now[0] = next(turns, -1.0)
        observer.error = answers.get(now[0])
        return now[0] < 0

    async def connect() -> Observer:
        return observer

    monkeypatch.setattr(watchdog, "monotonic", lambda: now[0])
    monkeypatch.setattr(dog, "_pause", pause)
    monkeypatch.setattr(dog, "_connect", connect)
    asyncio.run(dog._watch())
    return result


class TestWatchdog:
    """What it makes of an app and of a broker."""

    def test_a_stall_is_named_by_its_partition(self, monkeypatch: pytest.MonkeyPatch) -> None:
        app = FakeApp(PartitionProgress(5, None, 9))
        (result,) = looks(app, Observer(), monkeypatch, 0, 9, 10)
        assert result == "no progress for 10 s although there is more: t[0]"

    def test_a_rebalance_that_does_not_end_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        app = FakeApp(PartitionProgress(5, None, 5), flow_active=False)
        (result,) = looks(app, Observer(), monkeypatch, 0, 10)
        assert "the group's rebalance" in result

    def test_the_broker_s_end_counts_where_the_consumer_has_no_news(self, monkeypatch: pytest.MonkeyPatch) -> None:
        app = FakeApp(PartitionProgress(5, None, 5))
        assert looks(app, Observer(end=5), monkeypatch, 0, 10) == []
        assert len(looks(app, Observer(end=6), monkeypatch, 0, 10)) == 1

    def test_an_end_that_the_broker_lists_too_low_hides_no_lag(self, monkeypatch: pytest.MonkeyPatch) -> None:
        app = FakeApp(PartitionProgress(5, None, 9))
        assert len(looks(app, Observer(end=5), monkeypatch, 0, 10)) == 1

    def test_a_store_that_is_waited_for_is_no_stall(self, monkeypatch: pytest.MonkeyPatch) -> None:
        app = FakeApp(PartitionProgress(5, 5, 9), waits_for_store=True)
        assert looks(app, Observer(), monkeypatch, 0, 10, 20, 30) == []

    @pytest.mark.parametrize("error", [KafkaConnectionError("away"), TimeoutError(), ConnectionResetError()])
    def test_a_broker_that_did_not_answer_starts_the_clocks_again(
        self, error: Exception, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answers: dict[float, Exception | None] = {0: None, 6: error, 12: None, 21: None}
        assert told_at(answers, monkeypatch) == []
        assert told_at({**answers, 22: None}, monkeypatch) == [22]

    def test_a_watchdog_that_fails_says_so_and_leaves_the_worker_alone(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        dog = Watchdog(cast(Any, FakeApp(PartitionProgress(0, None, 0), limits=Limits(stall_after_s=0.1))))

        async def connect() -> Observer:
            raise ValueError("no such thing")

        monkeypatch.setattr(dog, "_connect", connect)
        dog.start()
        dog._thread.join(5)
        assert "this worker goes on unwatched" in caplog.text


def test_ending_the_process_says_why_and_has_the_status_of_a_new_try(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    statuses: list[int] = []
    monkeypatch.setattr(os, "_exit", statuses.append)
    end_process("no progress")
    assert statuses == [EXIT_TRY_AGAIN]
    assert "no progress; ending the process" in caplog.text
