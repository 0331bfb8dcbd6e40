"""The packets that are kept, in Redis: when each was made, how large it is, and their end.

| key | type | holds |
|---|---|---|
| `packets:{tenant}` | hash | packet hash -> the packet's canonical JSON |
"""

from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel, ValidationError

from stores import redis_client


class Kept(NamedTuple):
    """One packet: when it was made, and its size in bytes."""

    at: datetime
    bytes: int


class _Dated(BaseModel):
    created_at: datetime


class Packets:
    """One process's view of the packets; safe to use from several threads. All of it raises `Retryable`."""

    def __init__(self, client: redis_client.Client) -> None:
        self._client = client

    def of(self, tenant: str) -> dict[str, Kept]:
        """Return the tenant's packets by hash; what is no packet is left out."""
        found = {}
        for name, text in redis_client.guarded(lambda: self._client.hgetall(_key(tenant))).items():
            try:
                found[str(name)] = Kept(_Dated.model_validate_json(text).created_at, len(str(text).encode()))
            except ValidationError:
                continue
        return found

    def remove(self, tenant: str, packets: list[str]) -> None:
        """Remove packets; repeating it changes nothing."""
        if packets:
            redis_client.guarded(lambda: self._client.hdel(_key(tenant), *packets))


def _key(tenant: str) -> str:
    return f"packets:{tenant}"
