"""Authority moves while documents stand still: people come to use them and cease to, and everything grows older.

It is written when a document is applied. From time to time the stored values of documents that were just used or
referred to, and of the next ones of all in turn, are compared with what they would be now; those that moved enough to
matter are applied again, their vectors kept. So a value also falls.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from indexer.feed.documents import Pending
from indexer.indexing.sync import Sync, Target
from retrieval.authority import UsageStats, authority
from schemas.instants import EPOCH, is_over
from stores.vector_rows import primary_key

EVERY = timedelta(minutes=10)
"""Between two looks at one collection."""

MATTERS = 0.1
"""A difference of authority that is written: half a percent of a score, about a place among the first ten."""

LOOKED_AT = 2_000
"""Documents compared per look: of those that were just used, and of those whose turn it is, so many each."""

AT_ONCE = 256
"""Documents written per look; the rest follow with a later one."""


class Refresher:
    """Keeps the authority of unchanged documents true enough."""

    def __init__(self, sync: Sync, clock: Callable[[], datetime]) -> None:
        self._sync = sync
        self._clock = clock
        self._looked_at: dict[str, datetime] = {}

    def refresh(self, target: Target) -> int:
        """Write the authorities that moved, if it is time to look; return how many documents that were."""
        now = self._clock()
        last = self._looked_at.setdefault(target.collection, now)  # what was just applied is just right
        if not is_over(EVERY, last, now):
            return 0
        self._looked_at[target.collection] = now
        moved = self._moved(target, last, now)[:AT_ONCE]
        self._sync.apply(target, moved)
        return len(moved)

    def _moved(self, target: Target, last: datetime, now: datetime) -> list[Pending]:
        documents, tenant = self._sync.documents, target.tenant
        used = documents.moved(tenant, last - EVERY, now, LOOKED_AT)  # what is received is seen a little later
        turn = documents.page(tenant, (now - EPOCH) // EVERY, LOOKED_AT)
        updated = documents.updated(tenant, [*dict.fromkeys([*used, *turn])])
        usage = documents.usage(tenant, list(updated), now)
        stored = self._sync.vectors.get(target.collection, [primary_key(d, 0) for d in updated])
        moved = [
            document
            for document, at in updated.items()
            if (row := stored.get(primary_key(document, 0)))
            and abs(row.authority - authority(usage.get(document, UsageStats()), at, now)) > MATTERS
        ]
        return documents.applied(tenant, target.collection, moved)
