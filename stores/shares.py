"""Which worker of a service holds which tenants: a lease a tenant, and a list of the workers that are there, in Redis.

| key | type | holds |
|---|---|---|
| `workers:{SERVICE}` | sorted set | a worker -> until when it counts, by Redis's clock |
| `lease:{SERVICE:TENANT}` | string | who holds the tenant (`stores.lease`) |

A worker that dies or stands still counts no more, and its tenants are free, after the leases' time to live. Which free
tenants a worker takes, and which it gives back, is a rule of its own (`indexer.sharing`).
"""

import os
import socket
import threading
from collections.abc import Iterable
from types import TracebackType
from uuid import uuid4

from stores import lease, lua_files, redis_client
from stores.errors import Refused, Retryable

INDEXER = "indexer"
"""The service whose workers share the tenants."""


class Shares:
    """What one worker holds. As a context manager it stays there and keeps its leases, by one thread for all."""

    def __init__(self, client: redis_client.Client, service: str, ttl_s: float, name: str | None = None) -> None:
        """Nothing is sent yet. `name` is by default the machine's, the process's number, and what makes it unique."""
        self.name = name or f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:4]}"
        self.held: dict[str, lease.Lease] = {}
        """The tenants that this worker holds, unless it lost one and has not seen that yet."""
        self._client = client
        self._service = service
        self._ttl_s = ttl_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"shares-{service}", daemon=True)

    def workers(self) -> list[str]:
        """Say that this worker is there; return all that are, this one among them. Raises `Retryable`."""
        script, arguments = lua_files.named("workers_beat"), (self.name, str(int(self._ttl_s * 1000)))
        found = redis_client.guarded(lambda: self._client.eval(script, 1, _workers(self._service), *arguments))
        assert isinstance(found, list)
        return sorted(map(str, found))

    def holders(self, tenants: Iterable[str]) -> dict[str, str]:
        """Return which worker holds each of these tenants, of those that are held. Raises `Retryable`."""
        return holders(self._client, self._service, tenants)

    def take(self, tenant: str) -> bool:
        """Hold a tenant; False when another worker was quicker. Raises `Retryable`."""
        taken = lease.acquire(self._client, _name(self._service, tenant), self._ttl_s, self.name)
        if taken is not None:
            self.held[tenant] = taken
        return taken is not None

    def give(self, tenant: str) -> None:
        """Let go of a tenant, so that another worker may take it; of one that was lost, nothing is changed."""
        if (held := self.held.pop(tenant, None)) is not None:
            held.release()

    def holds(self, tenant: str) -> bool:
        """Return whether the tenant is this worker's now; one that it lost is let go of. Raises `Retryable`."""
        held = self.held.get(tenant)
        if held is None:
            return False
        try:
            held.check()
        except Refused:
            self.give(tenant)
            return False
        return True

    def _keep(self) -> None:
        while not self._stop.wait(self._ttl_s / 3):
            for held in list(self.held.values()):
                held.keep()
            try:
                self.workers()
            except Retryable:
                continue  # as for the leases: the store may be back in time

    def __enter__(self) -> "Shares":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join(timeout=5)
        for tenant in list(self.held):
            self.give(tenant)
        try:
            redis_client.guarded(lambda: self._client.zrem(_workers(self._service), self.name))
        except Retryable:
            return


def workers_there(client: redis_client.Client, service: str) -> list[str]:
    """Return the workers of a service that are there. Raises `Retryable`."""
    script = lua_files.named("workers_there")
    found = redis_client.guarded(lambda: client.eval(script, 1, _workers(service)))
    assert isinstance(found, list)
    return sorted(map(str, found))


def holders(client: redis_client.Client, service: str, tenants: Iterable[str]) -> dict[str, str]:
    """Return which worker of a service holds each of these tenants, of those that are held. Raises `Retryable`."""
    names = {_name(service, tenant): tenant for tenant in tenants}
    return {names[name]: worker for name, worker in lease.holders(client, [*names]).items()}


def _workers(service: str) -> str:
    return f"workers:{service}"


def _name(service: str, tenant: str) -> str:
    return f"{service}:{tenant}"
