"""The serving record held against the signed audit trail, for ever: who can write Redis could move it unsigned."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from schemas.instants import is_over
from stores.serving import ServingRecord
from stores.trail import Trail, difference

LOG = logging.getLogger(__name__)
EVERY = timedelta(seconds=60)


class RecordAudit:
    """Looks at each tenant's record once a minute, and says in the log what contradicts the trail."""

    def __init__(self, trail: Trail, clock: Callable[[], datetime]) -> None:
        self._trail = trail
        self._clock = clock
        self._looked_at: dict[str, datetime] = {}

    def look(self, record: ServingRecord) -> str:
        """Return what contradicts the trail; an empty string when nothing does, or it was looked at just now."""
        now = self._clock()
        if not is_over(EVERY, self._looked_at.get(record.tenant, now - EVERY), now):
            return ""
        self._looked_at[record.tenant] = now
        found = difference(record, self._trail.last_move(record.tenant), now)
        if found:
            LOG.error("%s: the serving record is not what was signed: %s", record.tenant, found)
        return found
