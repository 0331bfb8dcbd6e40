"""A Redis client whose writes are refused once a lease went to somebody else: asked and written in one step.

Reads pass as they are. Of the commands that write it has those that `stores.serving` and its neighbours use; any other
that is not known to read is refused, so that none goes round the fence.
"""

from collections.abc import Callable
from typing import Any, cast

import redis

from stores import lua_files
from stores.errors import Refused
from stores.lease import Lease
from stores.redis_client import Client

_READS = frozenset({"get", "hget", "hgetall", "hmget", "mget", "smembers", "close"})


def fenced(client: Client, lease: Lease, lost: Callable[[], None]) -> Client:
    """Return the client as it is while the lease is held; `lost` is called, to raise, instead of a write after that."""
    return cast(Client, _Fenced(client, lease, lost))


class _Fenced:
    def __init__(self, client: Client, lease: Lease, lost: Callable[[], None]) -> None:
        self._client = client
        self._lease = lease
        self._lost = lost

    def hset(self, key: str, field: str, value: str) -> object:
        return self._written(lua_files.named("fenced"), (key,), ("HSET", field, value))

    def hdel(self, key: str, *fields: str) -> object:
        return self._written(lua_files.named("fenced"), (key,), ("HDEL", *fields))

    def eval(self, script: str, number: int, *rest: str) -> object:
        head = lua_files.named("fenced_script")
        return self._written(head + script, rest[:number], rest[number:])

    def _written(self, script: str, keys: tuple[str, ...], arguments: tuple[str, ...]) -> object:
        key, value = self._lease.entry
        try:
            return self._client.eval(script, len(keys) + 1, *keys, key, *arguments, value)
        except redis.exceptions.ResponseError as error:
            if not str(error).startswith("LOST"):
                raise
            self._lost()
            raise Refused(f"the lease '{self._lease.name}' went to somebody else; nothing was written") from error

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the client has
        if name not in _READS:
            raise AttributeError(f"'{name}' is not known to pass the fence")  # so that no new command goes round it
        return getattr(self._client, name)
