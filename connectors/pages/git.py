"""A git repository through git itself: the files of its last commit, and its history.

The program is used instead of a library because its renames are those that people see in their own `git log`, and it
reads every kind of repository that it has written. It is asked to read only: no hook, no filter and no program that a
repository's configuration names is run, and nothing is fetched.
"""

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from connectors.links import SUFFIXES
from connectors.pages.history import COMMIT
from stores import settings
from stores.errors import Misconfigured, Poison

_SAFE = (
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never",
    "-c", "diff.renameLimit=20000", "-c", "core.quotePath=false", "-c", "log.showSignature=false",
)  # fmt: skip
_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
_CHUNK = 1 << 16
_PAGES = [f":(icase)*{suffix}" for suffix in SUFFIXES]


@dataclass(frozen=True, slots=True)
class Repository:
    """The part of a git repository that is at or below a directory; paths are relative to it."""

    directory: Path

    def files(self) -> dict[str, str]:
        """Return the pages of the last commit: path to object id. Links and submodules are none."""
        found = {}
        for line in self._fields("ls-tree", "-r", "-z", "HEAD"):
            mode, _, rest = line.partition(" ")
            if line and mode in ("100644", "100755", "100664"):
                oid, _, path = rest.removeprefix("blob ").partition("\t")
                found[path] = oid
        return found

    def history(self) -> Iterator[str]:
        """Yield the fields that `history.fates` reads."""
        return self._fields(
            "log", "--first-parent", "-m", "--reverse", "--name-status", "-z", "-M", "--relative", "--no-ext-diff",
            "--no-textconv", f"--format={COMMIT}%ct", "HEAD", "--", *_PAGES,
        )  # fmt: skip

    def writers(self) -> Iterator[str]:
        """Yield the fields that `history.authors` reads."""
        return self._fields(
            "log", "--no-merges", "--name-only", "-z", "--relative", "--no-ext-diff", "--no-textconv",
            f"--format={COMMIT}%aE{COMMIT}%aN", "HEAD", "--", *_PAGES,
        )  # fmt: skip

    def contents(self, oids: Sequence[str], most: int) -> Iterator[bytes | None]:
        """Yield the bytes of objects, in this order; None, and nothing kept of it, for one with more than `most`."""
        with self._started("cat-file", "--batch") as process:
            assert process.stdin is not None
            assert process.stdout is not None
            for oid in oids:
                process.stdin.write(f"{oid}\n".encode())
                process.stdin.flush()
                yield _object(process.stdout, oid, most)
            process.stdin.close()

    def _fields(self, *arguments: str) -> Iterator[str]:
        with self._started(*arguments) as process:
            assert process.stdout is not None
            yield from _split(process.stdout)
            complaint = process.stderr.read().decode("utf-8", "replace").strip() if process.stderr else ""
            if process.wait():
                raise Poison(
                    f"git {arguments[0]} in {self.directory}: {complaint.splitlines()[-1] if complaint else ''}"
                )

    def _started(self, *arguments: str) -> "subprocess.Popen[bytes]":
        return _git(self.directory, *arguments)


def repository(directory: Path) -> Repository | None:
    """Return the repository that a directory belongs to, None where it belongs to none.

    Raises `Misconfigured` where git is not installed, or refuses the repository as somebody else's.
    """
    with _git(directory, "rev-parse", "--verify", "--quiet", "HEAD^{commit}") as process:
        _, complaint = process.communicate()
    words = complaint.decode("utf-8", "replace").strip()
    if "dubious ownership" in words:
        raise Misconfigured(
            f"{directory} belongs to another user, and git reads it only after "
            f"`git config --global --add safe.directory {directory.resolve()}`"
        )
    return None if process.returncode else Repository(directory)


def _git(directory: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    command = ["git", "-C", str(directory), "--no-pager", *_SAFE, *arguments]
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=settings.environment_with(_QUIET),
        )
    except FileNotFoundError as error:
        raise Misconfigured("git is not installed; install it, or read the files as they are with --no-git") from error


def _split(stream: IO[bytes]) -> Iterator[str]:
    rest = b""
    while chunk := stream.read(_CHUNK):
        *whole, rest = (rest + chunk).split(b"\x00")
        yield from (field.decode("utf-8", "surrogateescape") for field in whole)
    if rest:
        yield rest.decode("utf-8", "surrogateescape")


def _object(stream: IO[bytes], oid: str, most: int) -> bytes | None:
    header = stream.readline().split()
    if len(header) != 3 or header[1] != b"blob":
        raise Poison(f"git has no file under {oid}; is the clone whole?")
    size = int(header[2])
    content = stream.read(size) if size <= most else None
    for passed in range(0, size if content is None else 0, _CHUNK):
        stream.read(min(size - passed, _CHUNK))
    stream.read(1)
    return content
