"""ClickHouse's disk, to be filled and freed.

tmpfs  a small file system in memory, mounted on its data directory before it starts; filled by one large file
limit  where mounting is not allowed: a limit on the size of every file that its process writes (RLIMIT_FSIZE). Other
       errors than a full disk's (EFBIG instead of ENOSPC), and only what is larger than the limit fails
"""

import errno
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stores.errors import Misconfigured

SIZE_MIB = 512
LIMIT_BYTES = 512
"""Less than any column of a part with rows in it takes; the log of the process goes on failing to be written too."""

KINDS = ("auto", "tmpfs", "limit")
_FILLER = "filler-of-the-benchmark"


class Disk:
    """One data directory; `kind` says how it is filled."""

    def __init__(self, directory: Path, kind: str) -> None:
        self.kind = kind
        self._filler = directory / _FILLER
        self._limited: int | None = None

    @classmethod
    @contextmanager
    def under(cls, directory: Path, kind: str) -> Iterator["Disk"]:
        """Put a small file system under the directory, if that is allowed, for the length of the block.

        `auto` takes a limit where mounting is not allowed; `tmpfs` raises `Misconfigured` then.
        """
        directory.mkdir(parents=True, mode=0o700)
        if kind == "limit" or (reason := _mounted(directory)):
            if kind == "tmpfs":
                raise Misconfigured(f"a tmpfs cannot be mounted here ({reason}); try --disk limit")
            yield cls(directory, "limit")
            return
        try:
            yield cls(directory, "tmpfs")
        finally:
            subprocess.run(["umount", "--lazy", str(directory)], check=False, capture_output=True)

    def fill(self, pid: int) -> None:
        """Leave no room; `pid` is ClickHouse's process."""
        if self.kind == "limit":
            self._limited = pid
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (LIMIT_BYTES, resource.RLIM_INFINITY))
            return
        filler = os.open(self._filler, os.O_WRONLY | os.O_CREAT, 0o600)
        piece = bytes(1 << 20)
        try:
            while piece:
                try:
                    os.write(filler, piece)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    piece = piece[: len(piece) // 2]
        finally:
            os.close(filler)

    def free(self) -> None:
        """Give the room back."""
        self._filler.unlink(missing_ok=True)
        if self._limited is not None:
            pid, self._limited = self._limited, None
            try:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            except ProcessLookupError:
                return  # it ended; the next one has no limit


def _mounted(directory: Path) -> str:
    """Mount a tmpfs; return why not, or an empty text."""
    if os.name != "posix":
        return "no POSIX system"
    options = f"size={SIZE_MIB}m,mode=0700"
    try:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(directory)],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
    except FileNotFoundError:
        return "there is no mount command"
    return done.stderr.strip() if done.returncode else ""
