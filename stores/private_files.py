"""Files of the home that are their owner's alone: replaced whole, and changed by one process at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from stores.errors import Misconfigured


def private_directory(path: Path) -> None:
    """Make a directory, and those above it that are missing, their owner's alone, whatever the umask lets through."""
    if not path.is_dir():
        private_directory(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def replace(path: Path, text: str) -> None:
    """Put a text in place of a file's, whole or not at all, on disk when this returns. Raises `Misconfigured`."""
    arriving = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        private_directory(path.parent)
        with open(os.open(arriving, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(arriving, path)
    except OSError as error:
        raise Misconfigured(f"{path} cannot be written ({error})") from error
    finally:
        arriving.unlink(missing_ok=True)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Let no other process into a block on the same path; its lock stands beside it. Raises `Misconfigured`."""
    try:
        private_directory(path.parent)
        lock = os.open(path.with_name(f".{path.stem}.lock"), os.O_WRONLY | os.O_CREAT, 0o600)
    except OSError as error:
        raise Misconfigured(f"{path} cannot be written ({error})") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
