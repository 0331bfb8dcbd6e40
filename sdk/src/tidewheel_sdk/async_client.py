"""The client for asyncio: the same thread does the work, and nothing that waits blocks the loop.

async with AsyncClient("https://search.example", key=KEY) as client:
    report = await client.send(DocumentOpened(tenant="acme", user="ana", document="hr/leave"))
"""

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType

from tidewheel_sdk.client import Client
from tidewheel_sdk.errors import Undelivered
from tidewheel_sdk.events import Event
from tidewheel_sdk.options import Options
from tidewheel_sdk.reports import Delivery, Report
from tidewheel_sdk.targets import Target

_DEFAULTS = Options()


class AsyncClient:
    """What `Client` is, for programs on asyncio; takes the same arguments."""

    def __init__(
        self,
        target: str | Target,
        key: str = "",
        *,
        spill: str | os.PathLike[str] | None = None,
        on_report: Callable[[Report], None] | None = None,
        options: Options = _DEFAULTS,
    ) -> None:
        """Take what `Client` takes. `on_report` is called from the client's thread, not from the loop's."""
        self._client = Client(target, key, spill=spill, on_report=on_report, options=options)

    def send(self, event: Event) -> Delivery:
        """Take an event; await what this returns for its report. Raises `Full`, `Closed`."""
        return self._client.send(event)

    def send_all(self, events: Iterable[Event]) -> list[Delivery]:
        """Take several events, all or none. Raises `Full`, `Closed`."""
        return self._client.send_all(events)

    def suppress(self, tenant: str, user: str) -> None:
        """Send nothing of this person from now on; see `Client.suppress`."""
        self._client.suppress(tenant, user)

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how many reports of each status there were."""
        return self._client.counts

    @property
    def waiting(self) -> int:
        """Return how many events are not delivered yet."""
        return self._client.waiting

    @property
    def problem(self) -> str:
        """Return why no events can be delivered at the moment, or what is wrong with the spill, or an empty string."""
        return self._client.problem

    async def flush(self, within_s: float = 10.0) -> bool:
        """Send now; return whether everything was delivered within the time."""
        return await asyncio.to_thread(self._client.flush, within_s)

    async def close(self, within_s: float | None = None) -> None:
        """Deliver what can be and let go. Raises `Undelivered`; with a spill nothing is dropped."""
        await asyncio.to_thread(self._client.close, within_s)

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        try:
            await self.close()
        except Undelivered:
            if error is None:
                raise
