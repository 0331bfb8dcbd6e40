"""What a training run is doing right now: one Redis hash per tenant, for people to look at.

Nothing decides anything by it; the `learning` topic is the truth about runs. It lapses when nobody writes to it.
"""

from stores import redis_client
from stores.redis_client import Client

_LAPSE_S = 24 * 60 * 60


def write(client: Client, tenant: str, fields: dict[str, str]) -> None:
    """Set these fields of the tenant's status, leaving the others. Raises `Retryable` when Redis is away."""
    key = _key(tenant)

    def send() -> None:
        client.hset(key, mapping=dict(fields.items()))
        client.expire(key, _LAPSE_S)

    redis_client.guarded(send)


def clear(client: Client, tenant: str) -> None:
    """Forget the tenant's status, before a new run writes its own."""
    redis_client.guarded(lambda: client.delete(_key(tenant)))


def read(client: Client, tenant: str) -> dict[str, str]:
    """Return the newest run's status, empty when none: run, state, step, stage, done, total, loss, eta_s, note, and
    updated_at."""
    answer = redis_client.guarded(lambda: client.hgetall(_key(tenant)))
    return {str(name): str(value) for name, value in dict(answer).items()}


def _key(tenant: str) -> str:
    return f"training:{tenant}"
