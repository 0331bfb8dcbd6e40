"""What a benchmark tells: progress to the person who waits, and the state of the machine beside its figures."""

import os
import platform
import sys


def say(line: str) -> None:
    """Tell the person who waits, on stderr."""
    print(f"bench: {line}", file=sys.stderr, flush=True)


def load() -> float:
    """Return the machine's load average over one minute."""
    return round(os.getloadavg()[0], 2)


def machine() -> str:
    """Return the machine in words: its processors and system."""
    return f"{os.cpu_count()} CPUs, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
