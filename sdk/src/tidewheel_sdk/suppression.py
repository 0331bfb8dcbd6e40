"""People whose events are not sent any more, as salted hashes: whoever reads the list learns no name from it.

With a spill the list lies in its directory (`suppressed`), holds for all processes that share it and for those to come;
in memory it lasts as long as the client. A person is known in every spelling that the server takes for one: other case,
other forms of the same letters (NFKC), escapes of addresses.
"""

import os
import secrets
import unicodedata
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from urllib.parse import unquote
from uuid import uuid4

_SALT_BYTES = 16


class Suppressed:
    """The list; for several threads."""

    def __init__(self, directory: Path | None) -> None:
        """Read the list of a directory, or begin an empty one."""
        self._path = directory / "suppressed" if directory is not None else None
        self._salt = secrets.token_bytes(_SALT_BYTES)
        self._known: frozenset[str] = frozenset()
        self._read_until = -1
        self._look()

    def __bool__(self) -> bool:
        self._look()
        return bool(self._known)

    def add(self, tenant: str, user: str) -> None:
        """Send nothing of this person from now on."""
        if self._path is None:
            self._known |= {self._digest(tenant, user)}
            return
        self._make(self._path)
        self._look()
        line = f"{self._digest(tenant, user)}\n".encode()
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(file, line)
            os.fsync(file)
        finally:
            os.close(file)

    def names(self, tenant: str, user: str | None) -> bool:
        """Return whether this is a person whose events are not sent."""
        self._look()
        return bool(self._known) and user is not None and self._digest(tenant, user) in self._known

    def _digest(self, tenant: str, user: str) -> str:
        named = f"{tenant}\x1f{folded(user)}".encode("utf-8", "surrogatepass")
        return blake2b(named, key=self._salt, digest_size=32).hexdigest()

    def _look(self) -> None:
        """Read the file again if it has grown."""
        if self._path is None:
            return
        with suppress(FileNotFoundError):
            if (size := os.stat(self._path).st_size) != self._read_until:
                salt, *known = self._path.read_text().split()
                self._salt, self._known, self._read_until = bytes.fromhex(salt), frozenset(known), size

    def _make(self, path: Path) -> None:
        """Make the file with its salt; of two processes one is the first."""
        if path.exists():
            return
        arriving = path.with_name(f".{path.name}.{uuid4().hex}")
        with open(os.open(arriving, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{self._salt.hex()}\n")
        with suppress(FileExistsError):
            os.link(arriving, path)
        arriving.unlink()


def folded(user: str) -> str:
    """Return a person's id in the one form that all its spellings have."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", unquote(user)).casefold())
