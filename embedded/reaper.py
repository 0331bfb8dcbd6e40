"""Kills what a supervisor leaves behind. It waits on a pipe: the kernel closes it however the supervisor ends.

    python reaper.py MARK FILE...

Standard input carries `+PGID` and `-PGID` lines. At its end every process group still named is killed, then every
process whose environment carries `TIDEWHEEL_STACK=MARK` (children that moved to a group of their own; Linux only), and
the FILEs that name the MARK are removed. Run by file name in an isolated interpreter: it imports nothing of this
project.
"""

import contextlib
import os
import signal
import sys
import time

VARIABLE = "TIDEWHEEL_STACK"
ROUNDS, PAUSE_S = 40, 0.05


def carriers(mark: str) -> list[int]:
    """Return the live processes whose environment carries the mark."""
    wanted, pids = f"{VARIABLE}={mark}".encode(), []
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else []:
        if name.isdigit() and int(name) != os.getpid():
            with contextlib.suppress(OSError), open(f"/proc/{name}/environ", "rb") as environment:
                if wanted in environment.read().split(b"\0"):
                    pids.append(int(name))
    return pids


def sweep(mark: str, groups: set[int]) -> None:
    """Kill the groups and all who carry the mark, again until none is left."""
    for group in groups:
        with contextlib.suppress(OSError):
            os.killpg(group, signal.SIGKILL)
    for _ in range(ROUNDS):
        left = carriers(mark)
        if not left:
            return
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(PAUSE_S)


def main() -> None:
    """Follow the supervisor until its end of the pipe closes."""
    mark, files = sys.argv[1], sys.argv[2:]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        if line.startswith("+"):
            groups.add(int(line[1:]))
        else:
            groups.discard(int(line[1:]))
    sweep(mark, groups)
    for path in files:
        with contextlib.suppress(OSError):
            with open(path, encoding="utf-8") as file:
                mine = mark in file.read()
            if mine:  # a new supervisor may have written its own meanwhile
                os.unlink(path)


if __name__ == "__main__":
    main()
