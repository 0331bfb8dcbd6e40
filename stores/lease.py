"""A lease in Redis: one holder at a time, for a stated time, with a fencing token.

    free --acquire--> held --renew--> held --release--> free
                       |
                       +--no renewal within the time to live--> free (and `Lease.check` raises for the old holder)

The fencing token grows with every acquisition of a name, so that an old holder's late write is recognised beside the
new one's (Kleppmann, "How to do distributed locking", 2016). Acquisition, renewal and release are one Lua script each:
nobody can act on a value that another holder has just replaced. The value says who holds it, and is another one at
every acquisition: who had a name before, and has it again, does not hold it by the former lease.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from uuid import uuid4

from stores import lua_files, redis_client
from stores.errors import Refused, Retryable

_BY = "/"
"""Between the holder's name and what is unique in a lease's value."""


class Lease:
    """One held name. Use it as a context manager: it renews itself in a thread and is given back at the end."""

    def __init__(self, client: redis_client.Client, name: str, owner: str, fence: int, ttl_s: float) -> None:
        self.name = name
        self.fence = fence
        self._client = client
        self._key, _ = _keys(name)
        self._owner = owner
        self._ttl_ms = int(ttl_s * 1000)
        self._lost = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"lease-{name}", daemon=True)

    @property
    def entry(self) -> tuple[str, str]:
        """Return the key in Redis, and the value that it has while the lease is held."""
        return self._key, self._owner

    @property
    def lost(self) -> bool:
        """Return whether the lease is known to be somebody else's; only `check` asks."""
        return self._lost.is_set()

    def check(self) -> None:
        """Raise `Refused` when the lease is no longer ours; call it right before anything that others can see."""
        if self._lost.is_set() or not self.renew():
            self._lost.set()
            raise Refused(f"the lease '{self.name}' went to somebody else while we worked; this work is void")

    def renew(self) -> bool:
        """Extend the lease by its time to live; False when it is not ours any more."""
        return bool(
            redis_client.guarded(
                lambda: self._client.eval(lua_files.named("lease_renew"), 1, self._key, self._owner, str(self._ttl_ms))
            )
        )

    def release(self) -> None:
        """Give the lease back, if it is still ours; a store that is away lets it lapse by itself."""
        self._stop.set()
        try:
            redis_client.guarded(lambda: self._client.eval(lua_files.named("lease_release"), 1, self._key, self._owner))
        except Retryable:
            return

    def keep(self) -> bool:
        """Renew it in the background; False when it is lost. A store that is away may be back before it lapses."""
        try:
            if self.renew():
                return True
        except Retryable:
            return True  # `check` has the last word
        self._lost.set()
        return False

    def _keep(self) -> None:
        while not self._stop.wait(self._ttl_ms / 3000) and self.keep():
            pass

    def __enter__(self) -> "Lease":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
        self._thread.join(timeout=5)


def acquire(client: redis_client.Client, name: str, ttl_s: float = 30.0, holder: str = "") -> Lease | None:
    """Return the lease on `name`, or None while somebody holds it, whom `holders` names by `holder`.

    Raises `Retryable` when Redis is away.
    """
    owner = f"{holder}{_BY}{uuid4().hex}"
    fence = redis_client.guarded(
        lambda: client.eval(lua_files.named("lease_acquire"), 2, *_keys(name), owner, str(int(ttl_s * 1000)))
    )
    return Lease(client, name, owner, int(str(fence)), ttl_s) if fence else None


def wait_for(client: redis_client.Client, name: str, ttl_s: float = 30.0, look_every_s: float = 1.0) -> Lease:
    """Return the lease on `name` once it is free, however long that takes. Raises `Retryable` when Redis is away."""
    while True:
        lease = acquire(client, name, ttl_s)
        if lease is not None:
            return lease
        time.sleep(look_every_s)


def holders(client: redis_client.Client, names: Sequence[str]) -> dict[str, str]:
    """Return who holds each of these names, of those that anybody holds. Raises `Retryable` when Redis is away."""
    keys = [_keys(name)[0] for name in names]
    owners = redis_client.guarded(lambda: client.mget(keys)) if keys else []
    return {name: str(owner).rpartition(_BY)[0] for name, owner in zip(names, owners, strict=True) if owner}


@contextmanager
def held(client: redis_client.Client, name: str, ttl_s: float = 30.0) -> Iterator[Lease]:
    """Hold the lease on `name` for the block. Raises `Retryable` while somebody else has it."""
    lease = acquire(client, name, ttl_s)
    if lease is None:
        raise Retryable(f"'{name}' is being worked on by another process; trying again later")
    with lease:
        yield lease


def _keys(name: str) -> tuple[str, str]:
    return f"lease:{{{name}}}", f"lease:{{{name}}}:fence"
