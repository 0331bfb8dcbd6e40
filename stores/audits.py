"""How far the audits of what serves are, in Redis.

| key | type | holds |
|---|---|---|
| `audits:{tenant}` | hash | collection -> its `Audit`, JSON |

An indexer that starts goes on where the last one was.
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from stores import redis_client


class Audit(BaseModel):
    """The audit of one collection: the pass that began at `began` has seen `done` of `total` documents, up to `after`.

    `found` and `mended` count, since the first pass, documents that were wrong and rows that belonged to none.
    `whole_at` is when the last pass ended that saw all.
    """

    model_config = ConfigDict(frozen=True)

    began: datetime
    total: int
    done: int = 0
    after: str = ""
    found: int = 0
    mended: int = 0
    whole_at: datetime | None = None


class Audits:
    """One process's view of the audits; safe to use from several threads. All of it raises `Retryable`."""

    def __init__(self, client: redis_client.Client) -> None:
        self._client = client

    def of(self, tenant: str) -> dict[str, Audit]:
        """Return the tenant's audits by collection."""
        found = redis_client.guarded(lambda: self._client.hgetall(_key(tenant)))
        return {str(name): Audit.model_validate_json(text) for name, text in found.items()}

    def get(self, tenant: str, collection: str) -> Audit | None:
        """Return one collection's audit, None when it has not begun."""
        text = redis_client.guarded(lambda: self._client.hget(_key(tenant), collection))
        return None if text is None else Audit.model_validate_json(text)

    def save(self, tenant: str, collection: str, audit: Audit) -> None:
        """Keep how far an audit is."""
        redis_client.guarded(lambda: self._client.hset(_key(tenant), collection, audit.model_dump_json()))

    def remove(self, tenant: str, collection: str) -> None:
        """Forget the audit of a collection that is gone; repeating it changes nothing."""
        redis_client.guarded(lambda: self._client.hdel(_key(tenant), collection))


def _key(tenant: str) -> str:
    return f"audits:{tenant}"
