"""What a fault is done to, and the steps that many faults share."""

import contextlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.faults.claims import Claims
from bench.faults.fleet import Fleet
from bench.faults.flow import Flow
from bench.faults.readers import Readers
from bench.faults.stack import FaultStack
from bench.faults.watch import Watch

BURST = 300
"""Events sent right before a worker or a store is hit, so that there is work in flight."""

READY_S = 15.0


@dataclass(frozen=True)
class Scene:
    """What a fault is done to; `live` lets so many seconds pass, with processes tended and arrivals noted."""

    stack: FaultStack
    fleet: Fleet
    indexer: Fleet
    flow: Flow
    watch: Watch
    readers: Readers
    claims: Claims
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

    def store(self, name: str) -> int:
        """Return the process id of a store, as soon as it runs."""
        while (pid := self.stack.store_process(name)) is None:
            self.live(0.3)
        return pid

    def freeze(self, pid: int, seconds: float) -> None:
        """Stop a process group for so long, with events coming in."""
        signal_group(pid, signal.SIGSTOP)
        try:
            self.flow.burst(BURST)
            self.live(seconds)
        finally:
            signal_group(pid, signal.SIGCONT)


def signal_group(group: int, number: int) -> None:
    """Send a signal to a process group; one that is gone is left in peace."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)
