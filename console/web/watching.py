"""How what is live has done since its cutover, for pages: counted once in some minutes, missing without a warehouse."""

from datetime import datetime, timedelta
from threading import Lock

from console.web.rules import quality_rules
from operations import since_cutover
from operations.connections import Connections
from operations.since_cutover import SinceCutover
from schemas.instants import is_over
from stores.errors import Retryable
from stores.serving import ServingRecord

EVERY = timedelta(minutes=5)
"""Pages load themselves anew, and every counting reads weeks of searches."""


class Watching:
    """Remembers the newest count of each tenant's serving record."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, datetime, SinceCutover | None]] = {}
        self._lock = Lock()

    def of(self, stores: Connections, tenant: str, record: ServingRecord | None, now: datetime) -> SinceCutover | None:
        """Return what people got since the cutover; None where there was none, or the warehouse is away."""
        if record is None:
            return None
        with self._lock:
            known = self._known.get(tenant)
        if known is not None and known[0] == record.version and not is_over(EVERY, known[1], now):
            return known[2]
        try:
            found = since_cutover.read(stores.warehouse, tenant, record, now, quality_rules(stores.where))
        except Retryable:
            return None
        with self._lock:
            self._known[tenant] = (record.version, now, found)
        return found
