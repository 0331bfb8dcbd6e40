"""What is being made whole again after a loss, in Redis: which collection, why, and how far it is.

| key | type | holds |
|---|---|---|
| `rebuilds:{tenant}` | hash | collection -> its `Rebuild`, JSON |

An entry is there before a lost collection is made anew, and goes when the collection is whole. So whoever looks at the
entry before and after reading the collection never takes a half-filled one for whole.
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from stores import redis_client
from stores.errors import Retryable


class Rebuild(BaseModel):
    """A collection that is being filled anew: documents in it again of those that it should show.

    `asked` while it is only asked for; the indexer has not begun then. `problem` is what stands in its way.
    """

    model_config = ConfigDict(frozen=True)

    reason: str
    at: datetime
    done: int = 0
    total: int = 0
    asked: bool = False
    problem: str = ""

    def __str__(self) -> str:
        return f"being rebuilt, {self.done:,} of {self.total:,} documents"


class Rebuilds:
    """One process's view of the rebuilds; safe to use from several threads."""

    def __init__(self, client: redis_client.Client) -> None:
        self._client = client

    def of(self, tenant: str) -> dict[str, Rebuild]:
        """Return the tenant's rebuilds by collection. Raises `Retryable`."""
        found = redis_client.guarded(lambda: self._client.hgetall(_key(tenant)))
        return {str(name): Rebuild.model_validate_json(text) for name, text in found.items()}

    def get(self, tenant: str, collection: str) -> Rebuild | None:
        """Return one collection's rebuild, None when it is whole as far as is known. Raises `Retryable`."""
        text = redis_client.guarded(lambda: self._client.hget(_key(tenant), collection))
        return None if text is None else Rebuild.model_validate_json(text)

    def save(self, tenant: str, collection: str, rebuild: Rebuild) -> None:
        """Say that a collection is being rebuilt, or how far that is. Raises `Retryable`."""
        redis_client.guarded(lambda: self._client.hset(_key(tenant), collection, rebuild.model_dump_json()))

    def finish(self, tenant: str, collection: str) -> None:
        """Say that a collection is whole; repeating it changes nothing. Raises `Retryable`."""
        redis_client.guarded(lambda: self._client.hdel(_key(tenant), collection))


def not_whole(tenant: str, done: int, total: int) -> Retryable:
    """Return the error for who asks for an index that is being filled: `done` of `total` documents are in it."""
    return Retryable(
        f"the index of '{tenant}' is being rebuilt, {done:,} of {total:,} documents; try again, "
        "`tidewheel status` shows how far it is"
    )


def _key(tenant: str) -> str:
    return f"rebuilds:{tenant}"
