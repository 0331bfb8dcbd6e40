"""Authority moves while documents stand still: people come to use them, others come to refer to them.

It is written when a document is applied. From time to time the stored values of documents that are used or referred to
are compared with what they would be now; those that moved enough to matter are applied again, their vectors kept.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from indexer.documents import Pending
from indexer.sync import Sync, Target
from stores.vector_rows import primary_key

EVERY = timedelta(minutes=10)
"""Between two looks at one collection."""

MATTERS = 0.1
"""A difference of authority that is written: half a percent of a score, about a place among the first ten."""

LOOKED_AT = 2_000
"""Documents compared per look: those that people use and refer to most."""

AT_ONCE = 256
"""Documents written per look; the rest follow with the next."""


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
        if now - last < EVERY:
            return 0
        self._looked_at[target.collection] = now
        moved = self._moved(target, now)[:AT_ONCE]
        self._sync.apply(target, moved)
        return len(moved)

    def _moved(self, target: Target, now: datetime) -> list[Pending]:
        documents = self._sync.documents
        every = documents.usage(target.tenant, now)
        most = sorted(every, key=lambda d: (-every[d].people - every[d].references, d))[:LOOKED_AT]
        usage = {document: every[document] for document in most}
        stored = self._sync.vectors.get(target.collection, [primary_key(d, 0) for d in usage])
        newest = documents.read(target.tenant, list(usage))
        moved = [
            d.document
            for d in newest.values()
            if (row := stored.get(primary_key(d.document, 0)))
            and abs(row.authority - d.authority(usage[d.document], now)) > MATTERS
        ]
        return documents.applied(target.tenant, target.collection, moved)
