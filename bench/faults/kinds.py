"""The faults: each is done to the running flow and undone; `plan` says which comes when."""

import contextlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.faults.fleet import Fleet
from bench.faults.flow import Flow
from bench.faults.stack import FaultStack
from bench.faults.watch import Watch

BURST = 300
"""Events sent right before a worker or a store is hit, so that there is work in flight."""
HOUR = 7_200
"""Events of an hour of the flow's own time."""
READY_S = 15.0
MOST_WORKERS = 3


@dataclass(frozen=True)
class Scene:
    """What a fault is done to; `live` lets so many seconds pass, with workers tended and arrivals noted."""

    stack: FaultStack
    fleet: Fleet
    flow: Flow
    watch: Watch
    rng: random.Random
    live: Callable[[float], None]

    def working(self, count: int) -> "list[subprocess.Popen[bytes]]":
        """Return up to `count` random workers, of those that have stored something if there are so many soon."""
        deadline = time.monotonic() + READY_S
        while True:
            ready = [worker for worker in self.fleet.workers if worker.pid in self.watch.workers]
            if len(ready) >= count or time.monotonic() > deadline:
                break
            self.live(0.3)
        return self.rng.sample(ready if len(ready) >= count else self.fleet.workers, count)

    def strike(self) -> None:
        """Have some work in flight at a random stage."""
        self.flow.burst(BURST)
        time.sleep(self.rng.uniform(0.0, 0.4))


def _kill_workers(scene: Scene, count: int) -> None:
    victims = scene.working(count)
    scene.strike()
    for worker in victims:
        _signal(worker.pid, signal.SIGKILL)
        worker.wait()


def _kill_store(scene: Scene, name: str) -> None:
    pid = _store(scene, name)
    scene.strike()
    _signal(pid, signal.SIGKILL)
    scene.live(1.0)


def _freeze(scene: Scene, pid: int, seconds: float) -> None:
    _signal(pid, signal.SIGSTOP)
    try:
        scene.flow.burst(BURST)
        scene.live(seconds)
    finally:
        _signal(pid, signal.SIGCONT)


def _freeze_worker(scene: Scene) -> None:
    [worker] = scene.working(1)
    scene.strike()
    _freeze(scene, worker.pid, scene.stack.session_timeout_s * scene.rng.choice((0.5, 1.7)))


def _freeze_store(scene: Scene, name: str, seconds: float) -> None:
    pid = _store(scene, name)
    scene.strike()
    _freeze(scene, pid, seconds)


def _cut(scene: Scene) -> None:
    scene.strike()
    scene.stack.proxy.cut()
    scene.live(0.5)


def _refuse(scene: Scene) -> None:
    scene.stack.proxy.refusing = True
    scene.stack.proxy.cut()
    scene.live(scene.rng.uniform(1.0, 5.0))
    scene.stack.proxy.refusing = False


def _stall(scene: Scene) -> None:
    scene.stack.proxy.stalled = True
    scene.live(scene.rng.choice((2.0, 2.5 * scene.stack.session_timeout_s)))
    scene.stack.proxy.stalled = False


def _slow(scene: Scene) -> None:
    scene.stack.proxy.delay_s = 0.15
    scene.live(4.0)
    scene.stack.proxy.delay_s = 0.0


def _add_worker(scene: Scene) -> None:
    fleet = scene.fleet
    if fleet.wanted < MOST_WORKERS:
        fleet.wanted += 1
    else:  # one goes, one comes
        scene.working(1)[0].terminate()
    scene.flow.burst(BURST)
    scene.live(1.0)


def _stop_worker(scene: Scene) -> None:
    [worker] = scene.working(1)
    scene.strike()
    worker.terminate()
    scene.fleet.wanted = max(2, scene.fleet.wanted - 1)
    scene.live(1.0)


def _repeat(scene: Scene, count: int, shuffled: bool) -> None:
    scene.flow.repeat(count, shuffled)
    scene.flow.burst(BURST)  # when these have arrived, the repeats before them have


def _skewed(scene: Scene) -> None:
    """Some clocks are behind and ahead by less than the lateness, some far behind, some ahead of all time."""
    for skew_s in (-200.0, 200.0, -scene.rng.uniform(3_600, 6 * 3_600)):
        scene.flow.burst(60, skew_s)
    scene.flow.spoil(future_only=3)


KINDS: dict[str, tuple[int, Callable[[Scene], None]]] = {
    "kill_worker": (12, lambda scene: _kill_workers(scene, 1)),
    "kill_two_workers": (7, lambda scene: _kill_workers(scene, 2)),
    "kill_clickhouse": (9, lambda scene: _kill_store(scene, "clickhouse")),
    "kill_redis": (9, lambda scene: _kill_store(scene, "redis")),
    "freeze_worker": (8, _freeze_worker),
    "freeze_clickhouse": (2, lambda scene: _freeze_store(scene, "clickhouse", 33.0)),
    "freeze_redis": (4, lambda scene: _freeze_store(scene, "redis", 12.0)),
    "cut_connections": (8, _cut),
    "refuse_connections": (5, _refuse),
    "stall_connections": (4, _stall),
    "slow_connections": (5, _slow),
    "add_worker": (5, _add_worker),
    "stop_worker": (5, _stop_worker),
    "duplicates": (5, lambda scene: _repeat(scene, BURST, False)),
    "shuffled_hour": (4, lambda scene: _repeat(scene, HOUR, True)),
    "skewed_clocks": (4, _skewed),
    "poison": (4, lambda scene: scene.flow.spoil()),
}
"""Every kind, with how many of a hundred faults are of it. Freezes exceed the stores' time-outs of 30 and 10 s."""


def plan(count: int, rng: random.Random) -> list[str]:
    """Return `count` kinds in random order, each about as often as its share; with few faults, some kinds are absent.

    A first whole hundred has every kind; what remains is drawn without putting back.
    """
    hundred = [kind for kind, (share, _) in KINDS.items() for _ in range(share)]
    chosen: list[str] = []
    while len(chosen) < count:
        chosen += rng.sample(hundred, min(len(hundred), count - len(chosen)))
    return chosen


def _store(scene: Scene, name: str) -> int:
    while (pid := scene.stack.store_process(name)) is None:
        scene.live(0.3)
    return pid


def _signal(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)
