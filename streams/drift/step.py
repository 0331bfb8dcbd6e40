"""Drift, looked at whenever time has come a window further; by one worker at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from schemas.instants import instant
from stores import lease, redis_client
from stores.access_log import AccessLog
from stores.ports import Queries
from streams.drift.job import DriftJob


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

    def step(self, now: datetime) -> int:
        """Judge every tenant's complete windows, if there are new ones; return how many rows were written.

        Raises `Retryable` when a store is away: call again.
        """
        watermark = self.accesses.watermark()
        if watermark is None or watermark // self.window_ms == self._judged:
            return 0
        held = lease.acquire(self.redis, "drift")
        if held is None:
            return 0
        with held:
            self._job = self._job or self.job()
            moment = instant(watermark)
            tenants = [row["tenant"] for row in self.warehouse.query("tenants")]
            written = sum(len(self._job.run(tenant, moment, now)) for tenant in tenants)
        if not written:
            self._judged = watermark // self.window_ms
        return written
