"""Where one run works: a directory of its own that survives a restart, and that one process works in at a time."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stores.errors import Retryable
from stores.run_directories import EVENT_FILE, directory_of

_KEPT = {"report", EVENT_FILE}
_LOCK = "lock"
_LOCKS: dict[Path, int] = {}
"""The descriptors of the locks that this process holds, by directory."""


def locks_of(directory: Path) -> tuple[int, ...]:
    """Return the descriptors that a child which works in the directory has to inherit: it holds the lock, too."""
    return tuple(number for path, number in _LOCKS.items() if path == directory)


class RunDirectory:
    """`HOME/training/TENANT/RUN`: the snapshot, vectors, weights, the report, and the event that the run ends with."""

    def __init__(self, home: Path, tenant: str, run: str) -> None:
        self.path = directory_of(home, tenant, run)
        self.path.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the directory for the block, together with the children that are started meanwhile.

        A lease says whose turn it is; this says that nobody writes here any more: a process that stands still, or the
        child of one that was killed, has the lock until it ends. Raises `Retryable` while another process has it.
        """
        lock = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._take(lock)
            _LOCKS[self.path] = lock
            try:
                yield
            finally:
                del _LOCKS[self.path]
        finally:
            os.close(lock)  # and no more: what a child inherited stays locked

    def _take(self, lock: int) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(lock), os.stat(self.path / _LOCK)):
                return  # else whoever had it has removed it meanwhile
        except (BlockingIOError, FileNotFoundError):
            pass
        raise Retryable(f"another process, or what it has started, still works in {self.path}; waiting until it ends")

    @property
    def snapshot(self) -> Path:
        """Return the file of the snapshot that the run began with."""
        return self.path / "snapshot.json"

    @property
    def synthetic(self) -> Path:
        """Return the file of the queries that were made of documents."""
        return self.path / "synthetic.json"

    @property
    def candidate(self) -> Path:
        """Return the directory of the weights that are learned."""
        return self.path / "candidate"

    @property
    def report(self) -> Path:
        """Return the directory of what people read."""
        return self.path / "report"

    def begun_by(self, rules: str) -> bool:
        """Return whether the run began by these rules; the first that it is told of are those."""
        path = self.path / "rules.json"
        if not path.is_file():
            unfinished = path.with_suffix(".part")
            unfinished.write_text(rules)
            unfinished.replace(path)
        return path.read_text() == rules

    def bytes(self) -> int:
        """Return how much of the disk it takes."""
        return sum(path.stat().st_size for path in self.path.rglob("*") if path.is_file())

    def keep_event(self, event: str) -> None:
        """Keep the event that the run ends with before it is sent, so that a restart sends the same."""
        unfinished = self.path / "event.part"
        unfinished.write_text(event)
        unfinished.replace(self.path / EVENT_FILE)

    def kept_event(self) -> str | None:
        """Return what `keep_event` kept."""
        path = self.path / EVENT_FILE
        return path.read_text() if path.is_file() else None

    def clear(self) -> None:
        """Leave only what people read and the event: texts and weights go."""
        for path in self.path.iterdir():
            if path.name not in _KEPT:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
