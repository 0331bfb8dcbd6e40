"""Locks that die with their process, however it dies.

A lock (flock) is of the open file, which a child made by a fork has too: it would outlive the process that took it. So
such a child closes it first of all; that takes nothing from its parent.
"""

import fcntl
import os
from functools import cache
from pathlib import Path

_TAKEN: set[int] = set()


def take(path: Path, create: bool = False) -> int | None:
    """Lock a file and return the lock; None while another one has it. Raises `OSError`."""
    _registered()
    lock = os.open(path, os.O_RDWR | (os.O_CREAT if create else 0), 0o600)
    _TAKEN.add(lock)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        release(lock)
        if isinstance(error, BlockingIOError):
            return None
        raise
    return lock


def release(lock: int) -> None:
    """Let go of a lock, which the child of a fork has already done."""
    if lock in _TAKEN:
        _TAKEN.remove(lock)
        os.close(lock)


@cache
def _registered() -> None:
    os.register_at_fork(after_in_child=_forked)


def _forked() -> None:
    while _TAKEN:
        os.close(_TAKEN.pop())
