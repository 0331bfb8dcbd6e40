"""An export as it was saved, a directory or a zip file: names, and the bytes of each, never more than a bound.

Nothing is unpacked to the disk, so a name cannot lead anywhere. Links that lead out of a directory are not followed.
"""

import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Protocol

from connectors.instants import of_seconds
from stores.errors import Misconfigured, Poison

MOST_BYTES = 64 * 1024 * 1024
"""Of one file that is read as a whole."""


class Unreadable(Poison):
    """A file of an export that cannot be read; the message says why."""


class Archive(Protocol):
    """Files by name, with `/` between folders."""

    def names(self) -> list[str]:
        """Return the names of all files, sorted."""

    def read(self, name: str, most: int = MOST_BYTES) -> bytes:
        """Return a file's bytes. Raises `Unreadable` for one with more than `most`, or that is damaged."""

    def stream(self, name: str) -> IO[bytes]:
        """Return a file to be read bit by bit; it is the caller's to close."""

    def changed(self, name: str) -> datetime:
        """Return when a file was changed last, as far as the archive tells."""


@dataclass(frozen=True, slots=True)
class Directory:
    """The files below a directory, without hidden folders."""

    root: Path

    def names(self) -> list[str]:
        """Return the names of all files, sorted. Raises `Unreadable` for a folder that may not be listed."""
        return sorted(self._walked())

    def _walked(self) -> Iterator[str]:
        def refuse(error: OSError) -> None:
            raise Unreadable(f"{error.filename}: {error.strerror}") from error

        real = self.root.resolve()
        for folder, folders, files in os.walk(self.root, onerror=refuse):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in files:
                path = Path(folder, name)
                if path.is_file() and path.resolve().is_relative_to(real):
                    yield path.relative_to(self.root).as_posix()

    def read(self, name: str, most: int = MOST_BYTES) -> bytes:
        """Return a file's bytes. Raises `Unreadable`."""
        with self.stream(name) as file:
            return _bounded(file, name, most)

    def stream(self, name: str) -> IO[bytes]:
        """Return a file to be read bit by bit. Raises `Unreadable`."""
        try:
            return (self.root / name).open("rb")
        except OSError as error:
            raise Unreadable(f"{name}: {error.strerror}") from error

    def changed(self, name: str) -> datetime:
        """Return when a file was changed last."""
        return of_seconds((self.root / name).stat().st_mtime)


class Zipped:
    """The files of a zip file."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file

    def names(self) -> list[str]:
        """Return the names of all files, sorted."""
        return sorted(info.filename for info in self._file.infolist() if not info.is_dir())

    def read(self, name: str, most: int = MOST_BYTES) -> bytes:
        """Return a file's bytes. Raises `Unreadable`, and unpacks no more than `most` to see it."""
        with self.stream(name) as file:
            return _bounded(file, name, most)

    def stream(self, name: str) -> IO[bytes]:
        """Return a file to be read bit by bit. Raises `Unreadable`."""
        try:
            return self._file.open(name)
        # zipfile's own: a password is asked for, a compression is unknown, the file is damaged
        except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
            raise Unreadable(f"{name}: {error}") from error

    def changed(self, name: str) -> datetime:
        """Return when a file was changed last; a zip file has no time zone, so it is taken as UTC."""
        year, month, day, hour, minute, second = self._file.getinfo(name).date_time
        try:
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            return datetime(1980, 1, 1, tzinfo=UTC)


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Give the archive at a path for the block.

    Raises `Misconfigured` where there is neither a directory nor a file, `Poison` for a file that is no whole zip.
    """
    if path.is_dir():
        yield Directory(path)
        return
    if not path.is_file():
        raise Misconfigured(f"{path} is not there; give the directory or the zip file of the export")
    try:
        file = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise Poison(f"{path} is no whole zip file ({error}); fetch the export again") from error
    with file:
        yield Zipped(file)


def below(archive: Archive, mark: str) -> str:
    """Return the folder, with its `/`, of the file of this name that stands least deep; raises `Misconfigured`."""
    found = [name for name in archive.names() if name == mark or name.endswith(f"/{mark}")]
    if not found:
        raise Misconfigured(f"there is no {mark} in it")
    return min(found, key=lambda name: (name.count("/"), name)).removesuffix(mark)


def _bounded(file: IO[bytes], name: str, most: int) -> bytes:
    try:
        content = file.read(most + 1)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise Unreadable(f"{name}: damaged ({error})") from error
    if len(content) > most:
        raise Unreadable(f"{name}: more than {most:,} bytes")
    return content
