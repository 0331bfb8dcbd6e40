"""The files by which a supervisor and everyone else find each other, under one home directory.

lock          held (flock) by the one supervisor; names it
stack.json    endpoints, process ids, start time; there only while the stores are up
states.json   what each program does just now; there while a supervisor runs
ports.json    the ports of the last run, kept
data/<name>   each server's data, kept
logs/<name>.log
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from stores.errors import Misconfigured

STACK, STATES, PORTS, LOCK = "stack.json", "states.json", "ports.json", "lock"
FREE_MIB = 512
LOOKS = 10


def prepare(home: Path) -> None:
    """Make the home's directories. Raises `Misconfigured` when it cannot be written or its disk is nearly full."""
    try:
        for name in ("data", "logs"):
            (home / name).mkdir(parents=True, exist_ok=True)
        (home / ".gitignore").write_text("*\n")
        free = shutil.disk_usage(home).free >> 20
    except OSError as error:
        raise Misconfigured(
            f"the home {home} cannot be used ({error}); free or mend the disk, or set --home"
        ) from error
    if free < FREE_MIB:
        raise Misconfigured(
            f"the disk of {home} has {free} MiB left, the stack needs {FREE_MIB} to start; free some or set --home"
        )


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the home's lock. Raises `Misconfigured`, naming the holder, when another supervisor has it."""
    with (home / LOCK).open("a+") as lock:
        try:
            _take(lock)
        except OSError as error:
            held = holder(home) or {}
            raise Misconfigured(
                f"a supervisor (process {held.get('pid')}, since {held.get('since')}) already runs in {home}; "
                "use its stack, stop it with `tidewheel down`, or set another --home"
            ) from error
        lock.truncate(0)
        lock.write(json.dumps({"pid": os.getpid(), "since": now()}))
        lock.flush()
        yield


def _take(lock: TextIO) -> None:
    """Lock the file; tried for half a second, because `holder` takes it for an instant to look."""
    for attempt in range(LOOKS):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError:
            if attempt == LOOKS - 1:
                raise
            time.sleep(0.05)


def holder(home: Path) -> dict[str, Any] | None:
    """Return who holds the lock (`pid`, `since`), or None when no supervisor runs in this home."""
    try:
        with (home / LOCK).open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return json.loads(lock.read() or "{}") or {"pid": 0, "since": "just now"}
    except (OSError, ValueError):
        return None
    return None


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Replace a file by the content as JSON in one step, so that no reader sees half of it."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        fresh.write_text(json.dumps(content, indent=1) + "\n")
        fresh.replace(path)
    except OSError as error:
        raise Misconfigured(f"{path} cannot be written ({error}); is the disk full?") from error


def forget(home: Path) -> None:
    """Remove the files that point at a running stack."""
    for name in (STACK, STATES):
        (home / name).unlink(missing_ok=True)


def read(path: Path) -> dict[str, Any]:
    """Return a file's content, empty when it is not there."""
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def now() -> str:
    """Return the time as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
