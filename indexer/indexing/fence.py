"""A fence around writes: a worker whose tenant went to another one writes nothing, or says what it wrote too late.

    lease still ours? ──▶ intent recorded ──▶ still ours? ──▶ rows written ──▶ still ours? ──▶ recorded as done
                                                                                  └─ no: what was written is in doubt

Milvus knows no tokens, and a process can be stopped anywhere. One that wakes between the last look and its write has
written old rows over newer ones; it says so in the record of what was applied, under today's date, before it drops the
tenant, and the present holder makes those documents anew.

It may die before it can say so, or the warehouse be away. What it can have written is known all the same: a write that
passes the fence has its intent recorded before it lost the lease, and so before its successor began. The successor
notes what carries an intent, for those who come after it, too, and makes it anew again and again: at once, when no
call of a dead process can be under way any more, and after ten times as long each time (`indexer.feed.planner`); by
then the audit has read every row. A token in the row would find nothing more: a row that is read back is held, field by
field and by a digest of its vectors, against the document and the record (`indexer.proof.row_check`), and one that
matches both is right, whichever process wrote it.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from indexer.feed.documents import Documents
from stores.errors import TidewheelError

LOG = logging.getLogger(__name__)


class Lost(BaseException):
    """A tenant went to another worker: work on it ends. No error of the work, and never to be caught as one."""


class Fence:
    """Asks for the lease around writes. `check` raises when it is not ours any more."""

    def __init__(self, documents: Documents, check: Callable[[], None], clock: Callable[[], datetime]) -> None:
        self._documents = documents
        self._clock = clock
        self.check = check

    @contextmanager
    def making(self, tenant: str, collection: str) -> Iterator[None]:
        """Let the block make a collection, if the lease is ours before; if not afterwards, doubt all documents."""
        with self._fenced(tenant, collection, lambda: self._documents.ids(tenant)):
            yield

    @contextmanager
    def writing(self, tenant: str, collection: str, documents: Sequence[str]) -> Iterator[None]:
        """Let the block write rows of these documents, if the lease is ours before; if not afterwards, doubt them."""
        with self._fenced(tenant, collection, lambda: documents):
            yield

    @contextmanager
    def _fenced(self, tenant: str, collection: str, written: Callable[[], Sequence[str]]) -> Iterator[None]:
        self.check()
        yield
        try:
            self.check()
        except BaseException:
            try:
                self._documents.doubt(tenant, collection, written(), self._clock())
            except TidewheelError as error:
                LOG.warning("%s: what was just written is left to its holder to be made anew: %s", collection, error)
            raise
