"""The processes that faults are injected into: restarted at once when they end, whatever they ended with."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from bench.faults.stack import FaultStack
from bench.stack import ROOT, tied

STOP_S = 25.0


class Fleet:
    """`wanted` processes of one command."""

    def __init__(self, stack: FaultStack, command: list[str], log: Path, wanted: int) -> None:
        self._stack = stack
        self._command = command
        self._log = log
        self.wanted = wanted
        self.workers: list[subprocess.Popen[bytes]] = []
        self.exits: Counter[int] = Counter()
        """How often each exit status was seen; negative for a signal."""

    def tend(self) -> None:
        """Bury the dead and start what is missing."""
        for worker in [worker for worker in self.workers if worker.poll() is not None]:
            self.exits[worker.returncode] += 1
            self.workers.remove(worker)
        while len(self.workers) < self.wanted:
            self.workers.append(self._started())

    def _started(self) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return subprocess.Popen(
                tied(self._command),
                cwd=ROOT,
                env=self._stack.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> None:
        """Stop all of them in order; one that does not obey is killed."""
        self.wanted = 0
        for worker in self.workers:
            worker.send_signal(signal.SIGCONT)
            worker.terminate()
        deadline = time.monotonic() + STOP_S
        for worker in self.workers:
            try:
                worker.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(worker.pid, signal.SIGKILL)
                worker.wait()
        self.tend()


def command(service: str, sabotage: str) -> list[str]:
    """Return how a service is started: by the product's own command, or with a wrong implementation in it."""
    if sabotage:
        return [sys.executable, "-m", "bench.faults.sabotage", service, sabotage]
    return [sys.executable, "-m", service]
