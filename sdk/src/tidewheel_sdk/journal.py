"""One process's events on disk: segments that are only appended to, in a directory that one process has at a time.

    WRITER/lock            locked by its process as long as that lives (`locks.py`)
    WRITER/00000001.events one event a line: CRC-32 of the rest, a space, the event's id, a space, the JSON
    WRITER/next            the segment and the byte from which events wait; written after every batch

A record is whole or not there: what `append` returned from was written by one system call and survives the process. One
that was cut off (a kill in the middle, a power cut) has a wrong sum or no line end; it is passed over. A segment goes
once everything in it is delivered. Between delivering and noting it a process may die: then events are sent again.
"""

import logging
import os
import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from errno import ENOENT
from pathlib import Path
from time import time_ns
from typing import NamedTuple
from uuid import uuid4

from tidewheel_sdk import locks
from tidewheel_sdk.errors import Full
from tidewheel_sdk.wire import Item, tenant_of

LOG = logging.getLogger("tidewheel_sdk")

SEGMENT_BYTES = 4 * 2**20
_SUFFIX = ".events"
_NEXT, _LOCK = "next", "lock"


class _Position(NamedTuple):
    segment: int
    byte: int


class Journal:
    """The events of one writer. Its caller sees to it that one thread uses it at a time."""

    def __init__(self, path: Path, lock: int, segment_bytes: int = SEGMENT_BYTES, synced: bool = True) -> None:
        """Take a directory whose lock is held; see `create` and `adopt`."""
        self.path, self._lock, self._segment_bytes, self._synced = path, lock, segment_bytes, synced
        self._file: int | None = None
        self._end, self._dirty, self._behind = 0, False, False
        self._ahead: list[tuple[Item, _Position]] = []
        self.damaged, self._damaged_until = 0, _Position(0, 0)
        segments = _segments(path)
        self._next = _noted(path) or _Position(min(segments, default=1), 0)
        for number in [number for number in segments if number < self._next.segment]:
            _file(path, number).unlink(missing_ok=True)
        self._last = max(segments, default=0)
        self.size = sum(_file(path, number).stat().st_size for number in _segments(path))
        self.waiting = sum(1 for _ in self._records(self._next, count_damage=True))

    @classmethod
    def create(cls, parent: Path, segment_bytes: int = SEGMENT_BYTES, synced: bool = True) -> "Journal":
        """Make a writer's directory, which nobody can see before it is locked. Raises `Full`."""
        name = f"{time_ns():020}-{uuid4().hex[:8]}"
        arriving = parent / f".{name}"
        with _full(), ExitStack() as undo:
            arriving.mkdir(mode=0o700)
            undo.callback(shutil.rmtree, arriving, ignore_errors=True)
            lock = locks.take(arriving / _LOCK, create=True)
            assert lock is not None, "nobody else knows the name"
            undo.callback(locks.release, lock)
            os.rename(arriving, parent / name)
            undo.pop_all()
        return cls(parent / name, lock, segment_bytes, synced)

    @classmethod
    def adopt(cls, path: Path, segment_bytes: int = SEGMENT_BYTES) -> "Journal | None":
        """Return what a process left that is gone; None while it lives, or when another one has adopted it."""
        try:
            lock = locks.take(path / _LOCK)
        except OSError:
            return None
        if lock is None:
            return None
        try:
            if os.fstat(lock).st_nlink:
                return cls(path, lock, segment_bytes)
        except OSError as error:
            LOG.warning("%s cannot be read (%s); its events wait there", path, error)
        locks.release(lock)
        return None

    def append(self, items: Sequence[Item], synced: bool = False) -> None:
        """Write events, all or none, `synced` to the disk itself. Raises `Full` when the disk takes no more."""
        content = b"".join(map(_line, items))
        with _full():
            file = self._writable()
            try:
                written = os.write(file, content)
                while written < len(content):
                    written += os.write(file, content[written:])
                if synced:
                    os.fsync(file)
            except OSError:
                with suppress(OSError):  # then the file is not as it was left, and another one is begun
                    os.ftruncate(file, self._end)
                raise
        self._dirty = not synced
        self._end += len(content)
        self.size += len(content)
        self.waiting += len(items)

    def sync(self) -> None:
        """Have the disk itself take what was written (fsync)."""
        if self._file is not None and self._dirty:
            os.fsync(self._file)
            self._dirty = False

    def peek(self, most: int, most_bytes: int) -> list[Item]:
        """Return the next events: one, and more within the bounds; damaged records are counted and passed over."""
        self._ahead, size = [], 0
        for item, after in self._records(self._next, count_damage=True):
            size += len(item.body)
            if self._ahead and (len(self._ahead) >= most or size > most_bytes):
                break
            self._ahead.append((item, after))
        if not self._ahead:
            self.waiting = 0
        return [item for item, _ in self._ahead]

    def done(self, count: int) -> None:
        """Note that the first `count` of the events that were peeked need no more sending.

        It is done even if the disk takes no note of it, and segments go all the same: so a full disk becomes free.
        """
        _, self._next = self._ahead[count - 1]
        self._ahead = self._ahead[count:]
        self.waiting -= count
        try:
            if not self.waiting and not self._rest():
                self._seal()
                self._next = _Position(self._last + 1, 0)
            self._note()
            for number in [number for number in _segments(self.path) if number < self._next.segment]:
                size = _file(self.path, number).stat().st_size
                _file(self.path, number).unlink()
                self.size -= size
        except OSError as error:
            LOG.warning("events that were delivered stay in %s (%s)", self.path, error)

    def tenants(self) -> set[str]:
        """Return the tenants of the events that wait."""
        return {tenant_of(item.body) for item, _ in self._records(self._next, count_damage=False)}

    def close(self) -> None:
        """Let go: the directory goes when nothing waits in it, and waits for the next process otherwise."""
        try:
            self.sync()
        except OSError as error:
            LOG.warning("the disk itself may lack events of %s (%s)", self.path, error)
        self._seal()
        if not self.waiting:
            shutil.rmtree(self.path, ignore_errors=True)
        self.release()

    def release(self) -> None:
        """Leave all to the next process, as the end of this one would."""
        locks.release(self._lock)

    def _rest(self) -> bool:
        return any(True for _ in self._records(self._next, count_damage=False))

    def _writable(self) -> int:
        """Return the file to append to: another one when the last is large, or could not be left as it was."""
        if self._file is not None:
            found = os.fstat(self._file)
            if not found.st_nlink:
                raise FileNotFoundError(ENOENT, "its files were deleted")
            if found.st_size == self._end < self._segment_bytes:
                return self._file
            if self._synced:
                self.sync()
            self._seal()
        self._last += 1
        made = os.open(_file(self.path, self._last), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            if self._synced:
                _sync_directory(self.path)
        except OSError:
            os.close(made)
            raise
        self._file, self._end = made, 0
        return made

    def _seal(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file, self._dirty = None, False

    def _note(self) -> None:
        """Write down from where events wait; without it the next process sends some again, which changes no result."""
        arriving = self.path / f".{_NEXT}"
        try:
            arriving.write_text(f"{self._next.segment} {self._next.byte}\n")
            os.replace(arriving, self.path / _NEXT)
            self._behind = False
        except OSError as error:
            if not self._behind:
                LOG.warning("what is delivered of %s cannot be noted (%s)", self.path, error)
            self._behind = True

    def _records(self, begin: _Position, count_damage: bool) -> Iterator[tuple[Item, _Position]]:
        """Yield whole records from a position on, each with the position behind it."""
        for number in _segments(self.path):
            if number < begin.segment:
                continue
            with _file(self.path, number).open("rb") as lines:
                lines.seek(at := begin.byte if number == begin.segment else 0)
                for line in lines:
                    at += len(line)
                    item = _read(line)
                    if item is not None:
                        yield item, _Position(number, at)
                    elif count_damage and line.endswith(b"\n") and self._damaged_until < (number, at):
                        self.damaged, self._damaged_until = self.damaged + 1, _Position(number, at)


def writers(parent: Path) -> list[Path]:
    """Return the directories of all writers, the oldest first."""
    return sorted(path for path in parent.iterdir() if path.is_dir() and not path.name.startswith("."))


def bytes_of(item: Item) -> int:
    """Return how many bytes an event takes on disk."""
    return len(_line(item))


def _line(item: Item) -> bytes:
    content = item.event_id.encode() + b" " + item.body
    return b"%08x %s\n" % (zlib.crc32(content), content)


def _read(line: bytes) -> Item | None:
    checksum, _, content = line.rstrip(b"\n").partition(b" ")
    if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(content):
        return None
    event_id, _, body = content.partition(b" ")
    return Item(event_id.decode(), body)


def _file(path: Path, number: int) -> Path:
    return path / f"{number:08}{_SUFFIX}"


def _segments(path: Path) -> list[int]:
    return sorted(int(found.stem) for found in path.glob(f"*{_SUFFIX}") if found.stem.isdecimal())


def _noted(path: Path) -> _Position | None:
    try:
        segment, byte = (path / _NEXT).read_text().split()
        return _Position(int(segment), int(byte))
    except (FileNotFoundError, ValueError):
        return None


def _sync_directory(path: Path) -> None:
    directory = os.open(path, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


@contextmanager
def _full() -> Iterator[None]:
    """Raise `Full` for what the disk does not take."""
    try:
        yield
    except OSError as error:
        raise Full(f"the spill cannot be written ({error.strerror}); nothing of the call was taken") from error
