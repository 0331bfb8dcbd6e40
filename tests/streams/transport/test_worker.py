"""The contract of a worker process: kill -9, SIGTERM, a stall, a store that is away; never a gap."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from stores.exit_codes import EXIT_CRASHED, EXIT_OVERDUE
from streams.transport import Batch, BatchApp, Limits, serve
from tests.streams import apps
from tests.streams.brokers import Broker
from tests.streams.transport.fleets import ROOT, Fleet, until, values


@pytest.mark.slow
def test_kill_9_in_the_middle_leaves_no_gap(fleets: Callable[..., Fleet], broker: Broker) -> None:
    fleet = fleets(seconds_a_batch=0.02)
    sent = broker.produce(fleet.topic, values(40_000))
    first, second = fleet.start(batch_records=200), fleet.start(batch_records=200)
    until(lambda: sum(map(len, fleet.finished().values())) > 6_000)
    first.kill()
    until(lambda: sum(map(len, fleet.finished().values())) > 12_000)
    fleet.start(batch_records=200)
    second.kill()
    until(lambda: fleet.covers(sent), 60)
    repeated = sum(map(len, fleet.finished().values())) - 40_000
    assert repeated < 8_000, "far more was read again than two kills explain"
    until(lambda: broker.committed(fleet.group, fleet.topic) == sent)


@pytest.mark.slow
def test_sigterm_finishes_commits_and_exits_0_within_its_time(fleets: Callable[..., Fleet], broker: Broker) -> None:
    fleet = fleets(seconds_a_batch=0.3)
    broker.produce(fleet.topic, values(40_000))
    worker = fleet.start(batch_records=200)
    until(lambda: sum(map(len, fleet.finished().values())) > 1_000)
    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0, fleet.stderr()
    assert time.monotonic() - began < 5
    finished = fleet.finished()
    assert all(offsets == list(range(len(offsets))) for offsets in finished.values())
    assert broker.committed(fleet.group, fleet.topic) == {p: len(offsets) for p, offsets in finished.items()}


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["away", "hang", "block"])
def test_sigterm_ends_a_worker_whatever_its_agent_is_doing(
    fleets: Callable[..., Fleet], broker: Broker, fault: str
) -> None:
    fleet = fleets()
    sent = broker.produce(fleet.topic, values(4_000))
    worker = fleet.start(batch_records=100, stop_wait_s=1, stop_within_s=6)
    until(lambda: broker.committed(fleet.group, fleet.topic) == sent)
    fleet.fault(fault)
    more = broker.produce(fleet.topic, values(400))
    time.sleep(1.5)
    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    status = worker.wait(30)
    took = time.monotonic() - began
    assert took < {"away": 3, "hang": 5, "block": 7}[fault]
    assert status == (71 if fault == "block" else 0), fleet.stderr()
    assert broker.committed(fleet.group, fleet.topic) == sent, "what the agent had not finished was committed"
    fleet.fault(fault, on=False)
    fleet.start()
    until(lambda: fleet.covers({p: n + more[p] for p, n in sent.items()}))


@pytest.mark.slow
def test_a_worker_without_a_broker_says_so_and_exits() -> None:
    options = {"bootstrap": "127.0.0.1:9", "group": "g", "topic": "t", "faults": "", "log": "", "limits": {}}
    command = [sys.executable, "-m", "tests.streams.crash_worker", json.dumps(options)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert done.returncode == EXIT_CRASHED
    assert b"127.0.0.1:9" in done.stderr


async def _nothing() -> None:
    """Succeed at once."""


async def _for_ever() -> None:
    await asyncio.Event().wait()


async def _cancelled() -> None:
    raise asyncio.CancelledError


async def _waits_for_what_is_cancelled() -> None:
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0.01, future.cancel)
    await future


async def _waits_for_a_thread_that_was_cancelled() -> None:
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0.01, future.set_exception, asyncio.CancelledError())
    await future


CANCELLATIONS = [_cancelled, _waits_for_what_is_cancelled, _waits_for_a_thread_that_was_cancelled]
Step = Callable[[], Awaitable[None]]


@dataclass
class FakeApp:
    """What `serve` needs of an app, each of its three steps as the test wants it; `steps` are those taken."""

    start_step: Step = _nothing
    quiesce_step: Step = _nothing
    stop_step: Step = _nothing
    limits: Limits = field(default_factory=lambda: Limits(stop_wait_s=0.2, stop_within_s=0.5))
    crash_reason: BaseException | None = None
    steps: list[str] = field(default_factory=list)
    _crashed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def consumer(self) -> "FakeApp":
        return self

    async def start(self) -> None:
        self.steps.append("start")
        await self.start_step()

    async def quiesce(self, within: float) -> None:
        self.steps.append("quiesce")
        await self.quiesce_step()

    async def stop(self) -> None:
        self.steps.append("stop")
        await self.stop_step()

    def crash(self, reason: BaseException) -> None:
        self.crash_reason = reason
        self._crashed.set()


def fake_app(step: str | None = None, how: Step = _nothing) -> FakeApp:
    """Return an app of which one step goes as told."""
    app = FakeApp()
    if step is not None:
        setattr(app, step, how)
    return app


def served(app: FakeApp, act: Callable[[FakeApp, asyncio.Event], object]) -> int:
    """Return the status of an app to which `act` happens once it has started."""

    async def run() -> int:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(0.02, act, app, stop)
        async with asyncio.timeout(5):
            return await serve(cast(BatchApp, cast(Any, app)), stop)

    return asyncio.run(run())


def _stop(app: FakeApp, stop: asyncio.Event) -> None:
    stop.set()


def _crash(app: FakeApp, stop: asyncio.Event) -> None:
    app.crash(ValueError("poison"))


class TestServe:
    """There is a status whatever is cancelled inside, and a cancellation from outside is passed on."""

    def test_a_stop_that_was_asked_for_takes_every_step_and_is_0(self) -> None:
        app = FakeApp()
        assert served(app, _stop) == 0
        assert app.steps == ["start", "quiesce", "stop"]

    def test_a_crash_takes_every_step_and_has_its_own_status(self) -> None:
        app = FakeApp()
        assert served(app, _crash) == EXIT_CRASHED
        assert app.steps == ["start", "quiesce", "stop"]

    @pytest.mark.parametrize("cancellation", CANCELLATIONS)
    @pytest.mark.parametrize("act", [_stop, _crash])
    @pytest.mark.parametrize("step", ["quiesce_step", "stop_step"])
    def test_what_is_cancelled_in_a_step_of_the_stop_keeps_neither_the_next_step_nor_the_status(
        self, step: str, act: Callable[[FakeApp, asyncio.Event], object], cancellation: Step
    ) -> None:
        app = fake_app(step, cancellation)
        assert served(app, act) == EXIT_CRASHED
        assert app.steps == ["start", "quiesce", "stop"]

    @pytest.mark.parametrize("cancellation", CANCELLATIONS)
    def test_a_start_that_is_cancelled_inside_is_a_crash(self, cancellation: Step) -> None:
        app = FakeApp(start_step=cancellation)
        assert served(app, lambda *_: None) == EXIT_CRASHED
        assert app.steps == ["start", "stop"]

    @pytest.mark.parametrize("step", ["start_step", "quiesce_step", "stop_step"])
    def test_a_step_that_raises_is_a_crash_and_the_app_is_stopped_all_the_same(self, step: str) -> None:
        async def fails() -> None:
            raise ConnectionError("closed")

        app = fake_app(step, fails)
        assert served(app, _stop) == EXIT_CRASHED
        assert app.steps[-1] == "stop"

    @pytest.mark.parametrize("step", ["quiesce_step", "stop_step"])
    def test_a_step_that_does_not_end_is_overdue(self, step: str) -> None:
        assert served(fake_app(step, _for_ever), _stop) == EXIT_OVERDUE

    @pytest.mark.parametrize("step", ["start_step", None, "quiesce_step", "stop_step"])
    def test_a_cancellation_of_serve_itself_is_passed_on_from_wherever_it_waits(self, step: str | None) -> None:
        async def run() -> None:
            app, stop = fake_app(step, _for_ever), asyncio.Event()
            serving = asyncio.create_task(serve(cast(BatchApp, cast(Any, app)), stop))
            if step in ("quiesce_step", "stop_step"):
                stop.set()
            await asyncio.sleep(0.05)
            serving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await serving

        asyncio.run(run())


@pytest.mark.thorough
@pytest.mark.anyio
async def test_a_broker_that_goes_away_during_the_stop_is_told_by_the_exit_status(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = broker.topic(partitions=1)
    broker.produce(topic, apps.values(10))
    async with apps.worker(broker, topic) as one:
        await apps.until(lambda: one.seen(topic) == 10)
        stop = one.app.stop

        async def breaking() -> None:
            await stop()
            raise ConnectionError("closed")

        monkeypatch.setattr(one.app, "stop", breaking)
    assert one.status == EXIT_CRASHED


@pytest.mark.anyio
async def test_the_stop_after_a_crash_commits_what_is_acknowledged_however_long_others_take(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    topic = broker.topic(partitions=2)
    broker.produce(topic, apps.values(500), 0)
    broker.produce(topic, apps.values(100), 1)
    begun = asyncio.Event()

    async def choke(batch: Batch) -> None:
        if batch.partition == 1:
            begun.set()
            await asyncio.sleep(3)  # the consumer's own thread would be gone by then
        elif batch[0].offset == 400:
            await begun.wait()
            raise ValueError("poison")

    async with apps.worker(
        broker, topic, group="last", handler=choke, concurrency=2, batch_records=100, commit_interval_s=60
    ) as one:
        await apps.until(lambda: one.status is not None)
    assert one.status == EXIT_CRASHED
    assert "cut short" not in caplog.text
    assert broker.committed("last", topic) == {0: 400, 1: 100}
