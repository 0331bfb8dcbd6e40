"""People whose events the gateway takes no more: keyed hashes, in Redis for all gateways and in the home to last.

| where | holds |
|---|---|
| Redis, set `gateway:suppressed` | the hashes; what every gateway looks at |
| `HOME/keys/suppressed`, its owner's alone | the same; put back by whoever reads while Redis has lost them |

A hash is keyed with what follows from the installation's key and covers the tenant: from the list nobody learns a name.
"""

from collections.abc import Callable
from pathlib import Path

from stores import redis_client
from stores.errors import Misconfigured
from stores.keys import directory
from stores.private_files import alone, replace
from stores.settings import Settings

PURPOSE = "suppressed people"
"""What the installation's key is asked for."""

_KEY = "gateway:suppressed"


class SuppressedHashes:
    """The list of one installation. Every call raises `Retryable` without Redis."""

    def __init__(self, client: redis_client.Client, path: Path) -> None:
        self._client = client
        self._path = path

    @classmethod
    def connect(cls, settings: Settings) -> "SuppressedHashes":
        """Return the list of this installation. Nothing is sent yet."""
        return cls(redis_client.connect(settings, timeout_s=2.0), directory(settings) / "suppressed")

    def read(self) -> frozenset[str]:
        """Return all hashes; what only the home has is put back into Redis."""
        found = redis_client.guarded(lambda: self._client.smembers(_KEY))
        assert isinstance(found, set)
        known = frozenset(map(str, found))
        lasting = self._lasting()
        if missing := lasting - known:
            redis_client.guarded(lambda: self._client.sadd(_KEY, *missing))
        return known | lasting

    def add(self, digest: str) -> None:
        """Write a hash down, in the home first."""
        self._change(lambda known: known | {digest})
        redis_client.guarded(lambda: self._client.sadd(_KEY, digest))

    def remove(self, digest: str) -> None:
        """Strike a hash out, in the home first: what is there is put back."""
        self._change(lambda known: known - {digest})
        redis_client.guarded(lambda: self._client.srem(_KEY, digest))

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    def _lasting(self) -> frozenset[str]:
        try:
            return frozenset(self._path.read_text().split())
        except FileNotFoundError:
            return frozenset()
        except (OSError, ValueError) as error:
            raise Misconfigured(f"{self._path} cannot be read ({error}); put the right file back") from error

    def _change(self, change: Callable[[frozenset[str]], frozenset[str]]) -> None:
        with alone(self._path):
            replace(self._path, "".join(f"{digest}\n" for digest in sorted(change(self._lasting()))))
