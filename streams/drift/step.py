"""Drift, looked at whenever time has come a window further, or past days are sent; by one worker at a time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from schemas.instants import EPOCH, instant, is_over
from stores import lease, redis_client
from stores.access_log import AccessLog
from stores.errors import Retryable
from stores.ports import Queries
from streams.drift.job import DriftJob

_EVERY = timedelta(minutes=2)
"""How often it is asked whether past days were sent."""

_SENT = 1.1
"""Times the searches that were known of the past from which they are looked at at once: an import, not stragglers."""


@dataclass(slots=True)
class DriftStep:
    """Runs the drift job under a lease. Not for several threads at once.

    `job` makes it when it is needed for the first time: it loads a model. `window_ms` is the length of its windows.
    """

    warehouse: Queries
    redis: redis_client.Client
    accesses: AccessLog
    job: Callable[[], DriftJob]
    window_ms: int
    _job: DriftJob | None = None
    _judged: int = -1
    _looked: datetime = EPOCH
    _known: dict[str, int] = field(default_factory=dict)

    def step(self, now: datetime) -> int:
        """Judge the complete windows of every tenant that has new ones; return how many rows were written.

        Raises `Retryable` when a store is away: call again.
        """
        watermark = self.accesses.watermark()
        if watermark is None:
            return 0
        window = watermark // self.window_ms
        if window == self._judged and not self._behind and not is_over(_EVERY, self._looked, now):
            return 0
        held = lease.acquire(self.redis, "drift")
        if held is None:
            return 0
        with held:
            rows = self.warehouse.query("searches_before", until_ms=window * self.window_ms)
            searches = {row["tenant"]: row["searches"] for row in rows}
            if window != self._judged:
                todo = list(searches)
            else:
                todo = [t for t, n in searches.items() if t in self._behind or n > _SENT * self._known.get(t, 0)]
            written = self._run(todo, instant(watermark), now) if todo else 0
        self._judged, self._looked = window, now
        self._known |= {tenant: searches[tenant] for tenant in todo}
        return written

    @property
    def _behind(self) -> set[str]:
        return self._job.behind if self._job else set()

    def _run(self, tenants: list[str], watermark: datetime, now: datetime) -> int:
        """Judge every tenant, also after one of which a store did not answer; raise its error in the end."""
        self._job, written, failed = self._job or self.job(), 0, list[Retryable]()
        for tenant in tenants:
            try:
                written += len(self._job.run(tenant, watermark, now))
            except Retryable as error:
                failed.append(error)
        if failed:
            raise failed[0]
        return written
