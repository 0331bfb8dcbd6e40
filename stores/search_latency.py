"""How fast searches were answered lately, in Redis: whoever works in the background gives way by it.

| key | type | holds |
|---|---|---|
| `search:latency` | string | `Latency`, JSON; gone `LASTS_S` after it was written |
"""

from pydantic import BaseModel, ConfigDict

from stores import redis_client
from stores.settings import Settings

LASTS_S = 5
"""Seconds that a reading holds: without a newer one nobody searches, or the service is gone."""

_KEY = "search:latency"


class Latency(BaseModel):
    """The 95th percentile of recent searches, and what it is when nothing else works, both in milliseconds."""

    model_config = ConfigDict(frozen=True)

    p95_ms: float
    idle_ms: float


class SearchLatency:
    """Writes and reads it. Both raise `Retryable`."""

    def __init__(self, client: redis_client.Client) -> None:
        self._client = client

    @classmethod
    def connect(cls, settings: Settings) -> "SearchLatency":
        """Open a client. Nothing is sent yet."""
        return cls(redis_client.connect(settings))

    def put(self, latency: Latency) -> None:
        """Say how fast searches are now."""
        redis_client.guarded(lambda: self._client.set(_KEY, latency.model_dump_json(), ex=LASTS_S))

    def get(self) -> Latency | None:
        """Return how fast they were in the last seconds, None when nobody searched."""
        text = redis_client.guarded(lambda: self._client.get(_KEY))
        return Latency.model_validate_json(str(text)) if text else None
