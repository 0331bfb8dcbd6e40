"""People who are forgotten for good: what is sent of them later is refused where it comes in over HTTP.

A person is one in every spelling that forgetting takes for one: other case, other forms of the same letters, escapes of
addresses.
"""

import threading
import time
from collections.abc import Callable
from hashlib import blake2b
from typing import Protocol
from urllib.parse import unquote

from operations.spelling import folded
from schemas.ids import join_ids
from stores.errors import Retryable
from stores.settings import Settings
from stores.signing import Signing
from stores.suppressed import PURPOSE, SuppressedHashes

FRESH_S = 1.0
"""Seconds after which a gateway looks at the list again."""


class Hashes(Protocol):
    """What is needed of `stores.suppressed.SuppressedHashes`."""

    def read(self) -> frozenset[str]:
        """Return all hashes."""
        ...

    def add(self, digest: str) -> None:
        """Write a hash down."""
        ...

    def remove(self, digest: str) -> None:
        """Strike a hash out."""
        ...


class Suppression:
    """The list as one process sees it; for several threads. `secret` keys the hashes."""

    def __init__(self, hashes: Hashes, secret: bytes, clock: Callable[[], float] = time.monotonic) -> None:
        self._hashes, self._secret, self._clock = hashes, secret, clock
        self._known: frozenset[str] | None = None
        self._read_at = 0.0
        self._lock = threading.Lock()

    @classmethod
    def connect(cls, where: Settings) -> "Suppression":
        """Return the list of an installation. Nothing is sent yet."""
        return cls(SuppressedHashes.connect(where), Signing(where).secret(PURPOSE))

    @property
    def stale(self) -> bool:
        """Return whether `refresh` is due before somebody is looked up."""
        return self._known is None or self._clock() - self._read_at >= FRESH_S

    def refresh(self) -> None:
        """Read the list if that is due; without Redis what was read before goes on counting.

        Raises `Retryable` when it never was: then nobody can tell who is on it.
        """
        with self._lock:
            if not self.stale:
                return
            try:
                self._known = self._hashes.read()
            except Retryable:
                if self._known is None:
                    raise
            self._read_at = self._clock()

    def names(self, tenant: str, user: str | None) -> bool:
        """Return whether this person is on the list, as it was last read."""
        return bool(self._known) and user is not None and self._digest(tenant, user) in (self._known or ())

    def add(self, tenant: str, user: str) -> None:
        """Take nothing of this person any more: at every gateway within a second."""
        self._hashes.add(self._digest(tenant, user))

    def lift(self, tenant: str, user: str) -> None:
        """Take what is sent of this person again."""
        self._hashes.remove(self._digest(tenant, user))

    def _digest(self, tenant: str, user: str) -> str:
        named = join_ids(tenant, folded(unquote(user))).encode("utf-8", "surrogatepass")
        return blake2b(named, key=self._secret, digest_size=32).hexdigest()
