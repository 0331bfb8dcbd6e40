"""The files by which a supervisor and everyone else find each other, under one home directory.

lock              held (flock) by the one supervisor; names it
stack.json        endpoints with passwords, process ids, start time; there only while the stores are up
clickhouse.curl   how curl asks ClickHouse; there only while the stores are up
states.json       what each program does just now; there while a supervisor runs
ports.json        the ports of the last run, kept
passwords.json    the servers' passwords, kept
data/<name>       each server's data, kept
logs/<name>.log

The home is its owner's alone (0700), and so are the files in it (0600).
"""

import fcntl
import json
import os
import shutil
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from stores.errors import Misconfigured

STACK, STATES, PORTS, LOCK = "stack.json", "states.json", "ports.json", "lock"
CURL = "clickhouse.curl"
PRIVATE_UMASK = 0o077
FREE_MIB = 512
LOOKS = 10


def prepare(home: Path) -> None:
    """Make the home's directories, its owner's alone.

    Raises `Misconfigured` when it cannot be written, is somebody else's, or its disk is nearly full.
    """
    try:
        with private():
            for name in ("data", "logs", "ready"):
                (home / name).mkdir(parents=True, exist_ok=True)
            _close_to_others(home)
            free = shutil.disk_usage(home).free >> 20
            if free >= FREE_MIB:
                (home / ".gitignore").write_text("*\n")
    except OSError as error:
        raise Misconfigured(
            f"the home {home} cannot be used ({error}); free or mend the disk, or set --home"
        ) from error
    if free < FREE_MIB:
        raise Misconfigured(
            f"the disk of {home} has {free} MiB left, the stack needs {FREE_MIB} MiB to start; free some or set --home"
        )


@contextmanager
def private() -> Iterator[None]:
    """Make what this process and its children create their owner's alone."""
    old = os.umask(PRIVATE_UMASK)
    try:
        yield
    finally:
        os.umask(old)


def _close_to_others(home: Path) -> None:
    """Take all rights of others from a home that an earlier version, or a hand, left open, and from what is in it."""
    if not home.stat().st_mode & PRIVATE_UMASK:
        return
    home.chmod(0o700)  # first: from here on nobody else gets to what is still open within
    for directory, names, files in os.walk(home):
        for name in (*names, *files):
            path = Path(directory, name)
            mode = path.lstat().st_mode
            if not stat.S_ISLNK(mode) and mode & PRIVATE_UMASK:
                path.chmod(stat.S_IMODE(mode) & ~PRIVATE_UMASK)


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
    write_text(path, json.dumps(content, indent=1) + "\n")


def write_text(path: Path, text: str) -> None:
    """Replace a file by the text in one step; it is its owner's alone. Raises `Misconfigured`."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        fresh.replace(path)
    except OSError as error:
        raise Misconfigured(f"{path} cannot be written ({error}); is the disk full?") from error


def forget(home: Path) -> None:
    """Remove the files that point at a running stack."""
    for name in (STACK, STATES, CURL):
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
