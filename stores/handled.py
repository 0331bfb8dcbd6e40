"""How far each tenant's events of a topic are handled, in Redis, where several workers share the tenants.

| key | type | holds |
|---|---|---|
| `handled:{SERVICE}` | hash | tenant -> the topic's id, and the offset behind the last event that its holder handled |

It spares others what was handled; nothing rests on it. Where it is lost, or lower than it should be because an old
holder wrote late, events are handled once more, which changes nothing.
"""

from collections.abc import Iterable

from stores import redis_client

Position = tuple[str, int]
"""A topic's id, and an offset."""


class Handled:
    """One process's view of it."""

    def __init__(self, client: redis_client.Client, service: str) -> None:
        self._client = client
        self._key = f"handled:{service}"

    def of(self, tenants: Iterable[str]) -> dict[str, Position]:
        """Return the positions of these tenants, of those that have one. Raises `Retryable`."""
        names = list(tenants)
        found = redis_client.guarded(lambda: self._client.hmget(self._key, names)) if names else []
        return {name: _position(str(text)) for name, text in zip(names, found, strict=True) if text}

    def note(self, tenant: str, position: Position) -> None:
        """Say that the tenant's events before this position are handled. Raises `Retryable`."""
        topic, offset = position
        redis_client.guarded(lambda: self._client.hset(self._key, tenant, f"{topic} {offset}"))


def _position(text: str) -> Position:
    topic, _, offset = text.rpartition(" ")
    return topic, int(offset)
