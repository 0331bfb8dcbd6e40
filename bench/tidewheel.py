"""Commands of `tidewheel` as an operator runs them: a process of its own, its exit status and what it printed."""

import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import orjson

from bench.stack import ROOT, Stack

TIMED_OUT = 124


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended; `status` 0 is what it says when it did what was asked."""

    status: int
    output: str
    errors: str

    @property
    def done(self) -> bool:
        """Return whether it said that it was done."""
        return self.status == 0

    def json(self) -> Any:  # noqa: ANN401  # whatever the command prints
        """Return what it printed, as JSON."""
        return orjson.loads(self.output)


def tidewheel(stack: Stack, *arguments: str, timeout_s: float = 90.0) -> Ended:
    """Run one command on this stack; one that does not end in time has the status 124."""
    command = [sys.executable, "-m", "console", *arguments]
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=stack.environment(), capture_output=True, text=True, check=False, timeout=timeout_s
        )
    except subprocess.TimeoutExpired:
        return Ended(TIMED_OUT, "", f"{' '.join(arguments)} did not end within {timeout_s:g} s")
    return Ended(done.returncode, done.stdout, done.stderr)
