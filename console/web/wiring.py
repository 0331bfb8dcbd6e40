"""What the console's routes work with, and how it is connected to an installation."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from threading import Event

from console.web.counted import Counted
from console.web.sessions import Sessions
from console.web.watching import Watching
from operations.connections import Connections
from schemas.search import SearchAnswer, SearchRequest
from stores import keys
from stores.resident_search import ResidentSearch
from stores.settings import Settings
from stores.signing import Signing

STREAMS = 50
"""Server-sent event streams at once; a page without one polls."""


class Pool:
    """Connections to one installation, each for one request at a time and used again by a later one."""

    def __init__(self, where: Settings) -> None:
        self._where = where
        self._idle: SimpleQueue[Connections] = SimpleQueue()

    @contextmanager
    def lent(self) -> Iterator[Connections]:
        """Give connections for the block; those of a block that fails are closed, because they may be the reason."""
        try:
            stores = self._idle.get_nowait()
        except Empty:
            stores = Connections(self._where)
        try:
            yield stores
        except BaseException:
            stores.close()
            raise
        self._idle.put(stores)

    def close(self) -> None:
        """Close those that are not in use."""
        while not self._idle.empty():
            self._idle.get_nowait().close()


@dataclass(frozen=True)
class Console:
    """All that a request may need: `with console.stores() as stores` for what `operations` takes.

    `clock` gives the instant (UTC); the answer to an approval waits `wait_s` seconds for the cutover at most. Whatever
    goes on and on ends once `ending` is set; `streams` bounds the server-sent event streams at once.
    """

    where: Settings
    signing: Signing
    sessions: Sessions
    pool: Pool
    cookie: str
    search: Callable[[SearchRequest], SearchAnswer]
    clock: Callable[[], datetime]
    wait_s: float = 4.0
    watching: Watching = field(default_factory=Watching)
    counted: Counted = field(default_factory=Counted)
    ending: Event = field(default_factory=Event)
    streams: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(STREAMS))

    def stores(self) -> AbstractContextManager[Connections]:
        """Return connections for a block."""
        return self.pool.lent()

    def now(self) -> datetime:
        """Return the instant, in UTC."""
        return self.clock()


def connect(where: Settings, ending: Event | None = None) -> Console:
    """Return the console of an installation; its stores are asked when a page needs them."""
    signing = Signing(where)
    cookie = f"tidewheel_{keys.installation(where).id[:8]}"  # ports of one machine share their cookies
    return Console(
        where, signing, Sessions(signing.holder), Pool(where), cookie, ResidentSearch(where), lambda: datetime.now(UTC),
        ending=ending or Event(),
    )  # fmt: skip
