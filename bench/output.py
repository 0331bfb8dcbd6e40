"""What a benchmark tells: progress to the person who waits, and the state of the machine beside its figures."""

import os
import platform
import sys
from pathlib import Path


def say(line: str) -> None:
    """Tell the person who waits, on stderr."""
    print(f"bench: {line}", file=sys.stderr, flush=True)


def load() -> float:
    """Return the machine's load average over one minute."""
    return round(os.getloadavg()[0], 2)


def peak_mib(pid: int) -> float:
    """Return the most resident memory that a process has had, in MiB; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


def machine() -> str:
    """Return the machine in words: its processors and system."""
    return f"{os.cpu_count()} CPUs, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
