"""Documents applied to one collection: what needs no model first, then text, a portion at a time.

    read ──▶ gone, and rows that the collection has already: written ──▶ a portion embedded ──▶ written ──▶ the next

A portion is about as much text as an encoder takes at once. Between two of them, and between two batches of one long
document, `overtake` lets pass what came meanwhile; it says which documents changed, and what was made of those in the
meantime is not written: they are still planned, at their newer version.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from indexer.feed.documents import UNKNOWN, Documents, Pending, Record
from indexer.indexing.embedding import Embedder
from indexer.indexing.fence import Fence
from indexer.indexing.making import Made, Maker, Planned, keys_of, to_write
from retrieval.authority import UsageStats
from retrieval.encoders import EncoderSource
from stores.embeddings import Embeddings
from stores.errors import Poison
from stores.vector_rows import primary_key
from stores.vectors import Vectors

if TYPE_CHECKING:
    from indexer.indexing.sync import Target

LOG = logging.getLogger(__name__)

PORTION = 40_000
"""Characters of text that are embedded and written together: about 100 passages, a second of two processors."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What a round did, in documents, and in passages embedded or kept; `finished` when it left nothing to apply."""

    documents: int = 0
    deleted: int = 0
    embedded: int = 0
    kept: int = 0
    finished: bool = False


def added(*some: Applied) -> Applied:
    """Return the sums; nothing is finished by that."""
    counts = zip(*((a.documents, a.deleted, a.embedded, a.kept) for a in some), strict=True)
    return Applied(*(sum(count) for count in counts))


def portions(planned: Sequence[Planned], characters: int = PORTION) -> Iterator[list[Planned]]:
    """Yield the documents in their order, so many that their texts have about `characters` together. Pure."""
    some, size = list[Planned](), 0
    for pending, document in planned:
        if some and size + len(document.body) > characters:
            yield some
            some, size = [], 0
        some.append((pending, document))
        size += len(document.body)
    if some:
        yield some


class Applier:
    """Applies documents to collections.

    `overtake` is called with the target and returns what changed meanwhile, `applied` hears of documents that are done.
    """

    def __init__(
        self,
        documents: Documents,
        vectors: Vectors,
        encoders: EncoderSource,
        fence: Fence,
        clock: Callable[[], datetime],
        overtake: "Callable[[Target], set[str]]",
        applied: "Callable[[Target, Sequence[str]], None]",
    ) -> None:
        self._documents = documents
        self._vectors = vectors
        self._encoders = encoders
        self._embeddings = Embeddings(documents.warehouse)
        self._fence = fence
        self._clock = clock
        self._overtake = overtake
        self._applied = applied
        self.empty: set[str] = set()
        """Collections that this process made and has not filled yet: what is not recorded is not in them."""
        self.unsealed: dict[str, int] = {}
        """Rows written since a collection was sealed."""

    def apply(self, target: "Target", batch: Sequence[Pending], until: float = float("inf")) -> Applied:
        """Apply these documents at their newest version; behind `until` (monotonic) no further text is begun."""
        try:
            return self._apply(target, batch, until)
        except Poison as error:
            if len(batch) > 1:
                return added(*(self.apply(target, [pending], until) for pending in batch))
            LOG.warning("%s: %s cannot be indexed, nobody finds it: %s", target.collection, batch[0].document, error)
            self._record_as_unindexable(target, batch[0])
            self._applied(target, [batch[0].document])
            return Applied(documents=1)

    def embedder(self, target: "Target", yield_point: Callable[[], None]) -> Embedder:
        """Return what makes the vectors of this collection's texts."""
        encoder = partial(self._encoders.get, target.tenant, target.model, target.manifest)
        return Embedder(self._embeddings, target.tenant, target.manifest, encoder, yield_point)

    def maker(self, target: "Target", yield_point: Callable[[], None]) -> Maker:
        """Return what makes documents for this collection."""
        return Maker(self._vectors, target.collection, self.embedder(target, yield_point))

    def _apply(self, target: "Target", batch: Sequence[Pending], until: float) -> Applied:
        now, changed_since = self._clock(), set[str]()
        maker = self.maker(target, lambda: changed_since.update(self._overtake(target)))
        newest = self._documents.read(target.tenant, [pending.document for pending in batch])
        shown = [(p, newest[p.document]) for p in batch if p.document in newest and not newest[p.document].gone]
        gone = [p for p in batch if p.document not in newest or newest[p.document].gone]
        known, names = [p.document for p, _ in shown if p.known], [p.document for p, _ in shown]
        usage = self._documents.usage(target.tenant, names, now)
        kept, text = maker.kept(shown, self._documents.records.digests(target.tenant, target.collection, known))
        self._write(target, kept, gone, usage, now)  # what needs no model does not wait for one
        done, embedded, passages = len(gone) + len(kept), 0, sum(len(m.vectors) for m in kept)
        for number, portion in enumerate(portions(text)):
            if number and time.monotonic() > until:
                break
            some = [(p, d) for p, d in portion if p.document not in changed_since]
            made, new = maker.anew(some, unrecorded_are_absent=target.collection in self.empty)
            current = [m for m in made if m.document.document not in changed_since]
            self._write(target, current, [], usage, now)
            done, embedded = done + len(current), embedded + new
            passages += sum(len(m.vectors) for m in made)
        return Applied(done, len(gone), embedded, passages - embedded)

    def _held(self, target: "Target", pending: Pending) -> int:
        """Return how many passages of a document the collection holds at most, or `UNKNOWN`."""
        if pending.recorded:
            return pending.applied_passages
        return 0 if target.collection in self.empty else UNKNOWN

    def _write(
        self,
        target: "Target",
        made: Sequence[Made],
        gone: Sequence[Pending],
        usage: Mapping[str, UsageStats],
        now: datetime,
    ) -> None:
        """Write the documents with their passages' vectors, and record them and those that are gone."""
        if not made and not gone:
            return
        intents = [Record.intent(m.pending, max(self._held(target, m.pending), len(m.vectors))) for m in made]
        intents += [Record.intent(p, self._held(target, p)) for p in gone]
        self._documents.record(target.tenant, target.collection, intents, now)
        surplus, names = self._surplus(target, made, gone), _names(made)
        rows, records = to_write(made, usage, now)
        with self._fence.writing(target.tenant, target.collection, [*names, *(p.document for p in gone)]):
            self._vectors.delete(target.collection, surplus)
            self._vectors.upsert(target.collection, rows)
        self.unsealed[target.collection] = self.unsealed.get(target.collection, 0) + len(rows)
        records += [Record.removed(p) for p in gone]
        self._documents.record(target.tenant, target.collection, records, now, step=1)
        self._applied(target, [*names, *(p.document for p in gone)])

    def _surplus(self, target: "Target", made: Sequence[Made], gone: Sequence[Pending]) -> list[str]:
        """Return the keys of rows that may be there and are past what a document has now."""
        wanted = {m.pending.document: len(m.document.passages) for m in made}
        keys, uncounted = list[str](), list[str]()
        for pending in (*(m.pending for m in made), *gone):
            held = self._held(target, pending)
            if held == UNKNOWN:
                uncounted.append(pending.document)
            else:
                keys += keys_of(pending.document, wanted.get(pending.document, 0), held)
        rows = self._vectors.keys_of(target.collection, uncounted)
        return keys + [primary_key(d, n) for d, n in rows if not 0 <= n < wanted.get(d, 0)]

    def _record_as_unindexable(self, target: "Target", pending: Pending) -> None:
        newest = self._documents.read(target.tenant, [pending.document])
        surplus = self._surplus(target, [], [pending])
        with self._fence.writing(target.tenant, target.collection, [pending.document]):
            self._vectors.delete(target.collection, surplus)
        records = [
            replace(Record.shown_now(pending, replace(d, passages=()), "", 0.0), truncated=True)
            for d in newest.values()
        ]
        self._documents.record(target.tenant, target.collection, records, self._clock(), step=2)


def _names(made: Sequence[Made]) -> list[str]:
    return [m.document.document for m in made]
