"""What gateways remember for some hours, in Redis, so that a repetition is one and a click finds its search.

| key | type | holds |
|---|---|---|
| `gateway:first:ID` | string | what was said first under an id that must not change its meaning when it comes again |
| `gateway:search:TENANT:ID` | string | an external search: its words and the documents that it showed, JSON |

Both lapse by themselves; nothing else is lost with them than the link between a late click and its search.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from stores import redis_client
from stores.settings import Settings


@dataclass(frozen=True, slots=True)
class ExternalSearch:
    """The words of a search and the documents that it showed, best first."""

    query: str
    documents: tuple[str, ...]


class Recent:
    """One process's connection; safe to use from several threads. Every call raises `Retryable` without Redis."""

    def __init__(self, client: redis_client.Client, lasts_s: int) -> None:
        self._client = client
        self._lasts_s = lasts_s

    @classmethod
    def connect(cls, settings: Settings, lasts_s: int) -> "Recent":
        """Return the memory of this installation, in which everything lasts so many seconds. Nothing is sent yet."""
        return cls(redis_client.connect(settings, timeout_s=2.0), lasts_s)

    def first(self, name: str, said: str) -> str:
        """Return what was said under this id first; that is `said` when nobody did before."""
        key = f"gateway:first:{name}"
        if redis_client.guarded(lambda: self._client.set(key, said, ex=self._lasts_s, nx=True)):
            return said
        before = redis_client.guarded(lambda: self._client.get(key))
        return said if before is None else str(before)

    def keep_search(self, tenant: str, name: str, search: ExternalSearch) -> None:
        """Remember an external search; one that comes again replaces itself."""
        text = orjson.dumps([search.query, search.documents]).decode()
        redis_client.guarded(lambda: self._client.set(_search(tenant, name), text, ex=self._lasts_s))

    def searches(self, tenant: str, names: Sequence[str]) -> dict[str, ExternalSearch]:
        """Return those of the named searches that are remembered, in one call."""
        if not names:
            return {}
        kept = redis_client.guarded(lambda: self._client.mget([_search(tenant, name) for name in names]))
        assert isinstance(kept, list)
        found = {name: orjson.loads(text) for name, text in zip(names, kept, strict=True) if text is not None}
        return {name: ExternalSearch(query, tuple(documents)) for name, (query, documents) in found.items()}

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()


def _search(tenant: str, name: str) -> str:
    return f"gateway:search:{tenant}:{name}"
