"""The contract of a worker process: kill -9, SIGTERM, a stall, a store that is away; never a gap."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from faust.types import TP

from stores.exit_codes import EXIT_CRASHED, EXIT_TRY_AGAIN
from streams.transport.consumer import Place
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


class TestLagClock:
    """The watchdog's rule, on a clock of our own."""

    tp = TP("t", 0)

    def test_a_partition_that_stands_still_with_lag_is_stalled(self) -> None:
        clock = LagClock(10)
        assert clock.stalled(0, True, {self.tp: Place(5, None, 9)}) == []
        assert clock.stalled(9, True, {self.tp: Place(5, None, 12)}) == []
        assert clock.stalled(10, True, {self.tp: Place(5, None, 15)}) == [self.tp]

    def test_progress_idleness_and_reset_start_the_clock_again(self) -> None:
        clock = LagClock(10)
        for now, place in ((0, Place(5, None, 9)), (9, Place(6, None, 9)), (18, Place(9, None, 9))):
            assert clock.stalled(now, True, {self.tp: place}) == []
        assert clock.stalled(40, True, {self.tp: Place(9, None, 10)}) == []
        clock.reset()
        assert clock.stalled(52, True, {self.tp: Place(9, None, 10)}) == []
        assert clock.stalled(62, True, {self.tp: Place(9, None, 10)}) == [self.tp]

    def test_a_batch_that_is_never_finished_is_a_stall_even_at_the_end_of_the_log(self) -> None:
        clock = LagClock(10)
        clock.stalled(0, True, {self.tp: Place(9, 8, 9)})
        assert clock.stalled(10, True, {self.tp: Place(9, 8, 9)}) == [self.tp]

    def test_a_rebalance_that_does_not_end_is_a_stall(self) -> None:
        clock = LagClock(10)
        clock.stalled(0, False, {})
        assert clock.stalled(5, False, {self.tp: Place(None, None, 0)}) == []
        assert clock.stalled(10, False, {}) == [None]

    def test_a_partition_without_a_position_is_lagging(self) -> None:
        clock = LagClock(10)
        clock.stalled(0, True, {self.tp: Place(None, None, 0)})
        assert clock.stalled(10, True, {self.tp: Place(None, None, 0)}) == [self.tp]
