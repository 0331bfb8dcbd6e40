"""The contract of a worker process: kill -9, SIGTERM, a stall, a store that is away; never a gap."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest
from faust.types import TP

from stores.exit_codes import EXIT_CRASHED, EXIT_OVERDUE, EXIT_TRY_AGAIN
from streams.transport import BatchApp, Limits, serve
from streams.transport.consumer import PartitionProgress
from streams.transport.watchdog import LagClock
from tests.streams.brokers import Broker

ROOT = Path(__file__).parents[3]
_groups = count()


class Fleet:
    """Worker processes of one group on one topic, and what they have finished."""

    def __init__(self, broker: Broker, directory: Path, **options: object) -> None:
        self.broker = broker
        self.group = f"w{next(_groups)}"
        self.topic = broker.topic()
        self.directory = directory
        self.options = options
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self, **limits: float) -> "subprocess.Popen[bytes]":
        options = {
            "bootstrap": self.broker.bootstrap,
            "group": self.group,
            "topic": self.topic,
            "faults": str(self.directory),
            "log": str(self.directory / f"log{len(self.workers)}"),
            "limits": {"session_timeout_s": self.broker.session_timeout_s, "commit_interval_s": 0.2, **limits},
            **self.options,
        }
        command = [sys.executable, "-m", "tests.streams.crash_worker", json.dumps(options)]
        with (self.directory / f"stderr{len(self.workers)}").open("wb") as stderr:
            worker = subprocess.Popen(command, cwd=ROOT, stderr=stderr)
        self.workers.append(worker)
        return worker

    def finished(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for log in self.directory.glob("log*"):
            for line in log.read_text().splitlines():
                entry = json.loads(line)
                found.setdefault(entry["partition"], []).extend(entry["offsets"])
        return found

    def covers(self, sent: dict[int, int]) -> bool:
        found = self.finished()
        return all(set(found.get(p, [])) == set(range(n)) for p, n in sent.items())

    def fault(self, name: str, on: bool = True) -> None:
        path = self.directory / name
        path.touch() if on else path.unlink()

    def stderr(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.directory.glob("stderr*")))


@pytest.fixture
def fleets(tmp_path: Path, broker: Broker) -> Iterator[Callable[..., Fleet]]:
    made: list[Fleet] = []

    def make(**options: object) -> Fleet:
        made.append(Fleet(broker, tmp_path, **options))
        return made[-1]

    yield make
    for worker in [worker for fleet in made for worker in fleet.workers]:
        worker.kill()
        worker.wait()


def until(condition: Callable[[], object], within_s: float = 40.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s} s"
        time.sleep(0.1)


def values(n: int) -> Iterator[bytes]:
    return (b"%d" % i for i in range(n))


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
    assert worker.wait(20) == EXIT_TRY_AGAIN, fleet.stderr()
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
