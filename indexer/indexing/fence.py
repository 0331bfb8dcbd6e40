"""A fence around writes: an indexer whose lease went to another one writes nothing, or says what it wrote too late.

    lease still ours? ──▶ intent recorded ──▶ still ours? ──▶ rows written ──▶ still ours? ──▶ recorded as done
                                                                                  └─ no: what was written is in doubt

Milvus knows no tokens, and a process can be stopped anywhere. One that wakes between the last look and its write has
written old rows over newer ones; it says so in the record of what was applied, under today's date, before it ends, and
the present holder makes those documents anew. If it dies before it can say so, its intent is left: its successor makes
the documents that carry one anew, and once more when no write of the former holder can be under way any more
(`indexer.feed.planner`).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from indexer.feed.documents import Documents


class Fence:
    """Asks for the lease around writes. `check` raises when it is not ours any more."""

    def __init__(self, documents: Documents, check: Callable[[], None], clock: Callable[[], datetime]) -> None:
        self._documents = documents
        self._clock = clock
        self.check = check

    @contextmanager
    def making(self, tenant: str, collection: str) -> Iterator[None]:
        """Let the block make a collection, if the lease is ours before; if not afterwards, doubt all documents."""
        self.check()
        yield
        try:
            self.check()
        except BaseException:
            self._documents.doubt(tenant, collection, self._documents.ids(tenant), self._clock())
            raise

    @contextmanager
    def writing(self, tenant: str, collection: str, documents: Sequence[str]) -> Iterator[None]:
        """Let the block write rows of these documents, if the lease is ours before; if not afterwards, doubt them."""
        self.check()
        yield
        try:
            self.check()
        except BaseException:
            self._documents.doubt(tenant, collection, documents, self._clock())
            raise
