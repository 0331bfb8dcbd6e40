"""The one mechanism that fills a collection: apply what the warehouse's documents say and the collection does not.

    desired (`documents`, newest version each) minus recorded (`applied`), planned by `indexer.feed.planner`
        ──▶ read ──▶ note intent ──▶ embed ──▶ remove surplus passages ──▶ upsert ──▶ record

Building, catching up and live changes are all this loop. A crash anywhere leaves the document unrecorded, so it is done
again. The intent, a row of `applied` without a content hash, says before the first write how many passages may be
there, so that even the leavings of a crash are removed. A document whose text did not change keeps its vectors, which
are read back from the collection; deletions and such changes (access lists among them) come before any new text, and
need no model: they are applied also while the model cannot be had. Of a document of which nothing is recorded a
collection may hold anything, because what was recorded can be lost: it is deleted, and replaced, by key all the same.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from pydantic import BaseModel, ConfigDict, Field

from indexer.feed.documents import UNKNOWN, Document, Documents, Pending, Record
from indexer.feed.planner import PlanConfig, Planner
from indexer.indexing.embedding import Embedder
from indexer.indexing.fence import Fence
from indexer.indexing.making import Made, Maker, keys_of, to_write
from retrieval.encoders import Encoder, EncoderSource
from retrieval.identity import row_rules
from stores.embeddings import Embeddings
from stores.errors import Poison, Refused
from stores.vector_rows import collection_name, primary_key
from stores.vectors import Vectors

LOG = logging.getLogger(__name__)
_REST_S = 0.5


class SyncConfig(BaseModel):
    """How documents are applied."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    batch: int = Field(default=64, ge=1, description="documents applied at once: what a crash repeats")
    seal_rows: int = Field(default=512, ge=1, description="rows written until they are sealed: searched fast")
    seal_rows_idle: int = Field(default=64, ge=1, description="the same when nothing is left to apply")
    seal_pause_s: float = Field(default=10.0, ge=0, description="seconds between two seals; Milvus allows one in ten")
    plan: PlanConfig = PlanConfig()


@dataclass(frozen=True, slots=True)
class Target:
    """A collection to fill, by a model whose files have this manifest, if anybody said."""

    tenant: str
    model: str
    manifest: str | None = None

    @property
    def collection(self) -> str:
        """Return the collection's real name."""
        return collection_name(self.tenant, self.model)


@dataclass(frozen=True, slots=True)
class Applied:
    """What a round did, in documents, and in passages embedded or kept; `finished` when it left nothing to apply."""

    documents: int = 0
    deleted: int = 0
    embedded: int = 0
    kept: int = 0
    finished: bool = False


class Sync:
    """Applies documents to collections. One process at a time for each tenant; not for several threads."""

    def __init__(
        self,
        documents: Documents,
        vectors: Vectors,
        encoders: EncoderSource,
        config: SyncConfig,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
        yield_point: Callable[[], None] = lambda: None,
        check_lease: Callable[[], None] = lambda: None,
    ) -> None:
        self.documents = documents
        self.vectors = vectors
        self.encoders = encoders
        self._embeddings = Embeddings(documents.warehouse)
        self._config = config
        self._clock = clock
        self._sleep = sleep
        self.yield_point = yield_point
        """Called between parts of long work; it may raise to end it."""
        self._fence = Fence(documents, check_lease, clock)
        self._planner = Planner(documents, config.plan, clock)
        self._made: set[str] = set()
        """Collections that this process made and has not filled yet: what is not recorded is not in them."""
        self._unsealed: dict[str, int] = {}
        self._sealed_at: dict[str, datetime] = {}

    def ensure(self, target: Target) -> None:
        """Make the target's collection if it is not there; one that was lost is filled from the beginning.

        So is one that was built by other rules of passages, terms or fields than today's, unless its model cannot be
        had: then it is left as it is, for deletions and access lists. Raises `Refused` when it has to be made and its
        model cannot be had.
        """
        encoder = self._encoder(target)
        if encoder is None:
            return
        rules = row_rules(encoder.pieces)
        if self.vectors.rules(target.collection) != rules:
            self.forget(target)  # before: a crash in between must not leave it empty and recorded as filled
            self.vectors.ensure(target.collection, encoder.dimension, rules)
            self._made.add(target.collection)

    def outdated(self, target: Target) -> bool:
        """Return whether the collection is there and is known to have been built by other rules than today's."""
        encoder = self._encoder(target) if self.vectors.exists(target.collection) else None
        return encoder is not None and self.vectors.rules(target.collection) != row_rules(encoder.pieces)

    def _encoder(self, target: Target) -> Encoder | None:
        """Return the target's encoder, or None when it cannot be had and the collection is there without it."""
        try:
            return self.encoders.get(target.tenant, target.model, target.manifest)
        except Refused:
            if self.vectors.exists(target.collection):
                return None
            raise

    def read(self, target: Target, documents: Sequence[str]) -> dict[str, Document]:
        """Return the newest versions of these documents, gone ones included, cut as the target's model reads them."""
        found = self.documents.read(target.tenant, documents)
        shown = [d for d in found.values() if not d.gone]
        return found | {d.document: d for d in self._maker(target).cut(shown)}

    def forget(self, target: Target) -> None:
        """Fill the target anew: what it shows cannot be relied on."""
        self._planner.forget(target)

    def compare(self, target: Target) -> bool:
        """Compare a slice of all documents, if it is time; return whether there is anything to apply."""
        return self._planner.compare(target)

    def settled(self, target: Target) -> bool:
        """Return whether every change that was read could be looked at; if not, `advance` again in a moment."""
        return self._planner.settled(target)

    def advance(
        self,
        target: Target,
        budget_s: float,
        duty: float = 1.0,
        after_batch: Callable[[int], None] | None = None,
        follow: bool = True,
        whole: bool = True,
    ) -> Applied:
        """Apply what had arrived when this was called, or until `budget_s` is over; `duty` below 1 rests in between.

        `after_batch` hears how many documents a batch had; at least one is done, if there is any. Without `follow` it
        ends once everything was compared; without `whole` a comparison in the background is not hurried.
        """
        total, until = Applied(), time.monotonic() + budget_s
        self._planner.begin(target)
        while batch := self._planner.next(target, self._config.batch, follow, whole):
            self.yield_point()
            began = time.monotonic()
            total = _added(total, self.apply(target, batch))
            self._seal(target.collection, self._config.seal_rows)
            if after_batch:
                after_batch(len(batch))
            if duty < 1:
                self._rest((time.monotonic() - began) * (1 / duty - 1))
            if time.monotonic() > until:
                return total
        self._planner.end(target)
        self._made.discard(target.collection)
        self.seal_when_idle(target.collection)
        return replace(total, finished=True)

    def _rest(self, seconds: float) -> None:
        """Rest, and let live changes pass meanwhile."""
        while seconds > 0:
            self._sleep(min(seconds, _REST_S))
            self.yield_point()
            seconds -= _REST_S

    def sweep(self, target: Target) -> int:
        """Remove the rows of what the warehouse does not show, deleted or unknown; return how many that were.

        An iterator finds them, which may miss some: nothing rests on it, because their lists show them to nobody.
        """
        shown = set(self.documents.shown(target.tenant))
        keys = [key for key in self.vectors.scan_keys(target.collection) if key.rpartition("#")[0] not in shown]
        self.vectors.delete(target.collection, keys)
        return len(keys)

    def seal_when_idle(self, collection: str) -> None:
        """Seal what the last changes left unsealed, if it is worth it and time; called while nothing is to be done."""
        self._seal(collection, self._config.seal_rows_idle)

    def seal(self, collection: str) -> None:
        """Seal whatever was written, now."""
        self.vectors.flush(collection)
        self._unsealed[collection], self._sealed_at[collection] = 0, self._clock()

    def apply(self, target: Target, batch: Sequence[Pending]) -> Applied:
        """Apply these documents at their newest version, whichever was planned."""
        try:
            done = self._apply(target, batch)
        except Poison as error:
            if len(batch) > 1:
                return _added(*(self.apply(target, [pending]) for pending in batch))
            LOG.warning("%s: %s cannot be indexed, nobody finds it: %s", target.collection, batch[0].document, error)
            self._record_as_unindexable(target, batch[0])
            done = Applied(documents=1)
        self._planner.applied(target, [pending.document for pending in batch])
        return done

    def _apply(self, target: Target, batch: Sequence[Pending]) -> Applied:
        now = self._clock()
        names = [pending.document for pending in batch]
        newest = self.documents.read(target.tenant, names)
        shown = [(p, newest[p.document]) for p in batch if p.document in newest and not newest[p.document].gone]
        gone = [p for p in batch if p.document not in newest or newest[p.document].gone]
        maker = self._maker(target)
        kept, changed = maker.kept(shown, self.documents.records.digests(target.tenant, target.collection, names))
        self._write(target, kept, gone, now)  # what needs no model does not wait for one
        made, embedded = maker.anew(changed, unrecorded_are_absent=target.collection in self._made)
        self._write(target, made, [], now)
        return Applied(len(batch), len(gone), embedded, sum(len(m.vectors) for m in kept + made) - embedded)

    def embedder(self, target: Target) -> Embedder:
        """Return what makes the vectors of this collection's texts."""
        encoder = partial(self.encoders.get, target.tenant, target.model, target.manifest)
        return Embedder(self._embeddings, target.tenant, target.manifest, encoder, self.yield_point)

    def _maker(self, target: Target) -> Maker:
        return Maker(self.vectors, target.collection, self.embedder(target))

    def _held(self, target: Target, pending: Pending) -> int:
        """Return how many passages of a document the collection holds at most, or `UNKNOWN`."""
        if pending.recorded:
            return pending.applied_passages
        return 0 if target.collection in self._made else UNKNOWN

    def _write(self, target: Target, made: Sequence[Made], gone: Sequence[Pending], now: datetime) -> None:
        """Write the documents with their passages' vectors, and record them and those that are gone."""
        if not made and not gone:
            return
        intents = [Record.intent(m.pending, m.document, self._held(target, m.pending)) for m in made]
        self.documents.record(target.tenant, target.collection, intents, now)
        surplus, names = self._surplus(target, made, gone), [m.document.document for m in made]
        rows, records = to_write(made, self.documents.usage(target.tenant, names, now), now)
        with self._fence.writing(target.tenant, target.collection, [*names, *(p.document for p in gone)]):
            self.vectors.delete(target.collection, surplus)
            self.vectors.upsert(target.collection, rows)
        self._unsealed[target.collection] = self._unsealed.get(target.collection, 0) + len(rows)
        records += [Record.removed(p) for p in gone]
        self.documents.record(target.tenant, target.collection, records, now, step=1)

    def _surplus(self, target: Target, made: Sequence[Made], gone: Sequence[Pending]) -> list[str]:
        """Return the keys of rows that may be there and are past what a document has now."""
        wanted = {m.pending.document: len(m.document.passages) for m in made}
        keys, uncounted = list[str](), list[str]()
        for pending in (*(m.pending for m in made), *gone):
            held = self._held(target, pending)
            if held == UNKNOWN:
                uncounted.append(pending.document)
            else:
                keys += keys_of(pending.document, wanted.get(pending.document, 0), held)
        rows = self.vectors.keys_of(target.collection, uncounted)
        return keys + [primary_key(d, n) for d, n in rows if not 0 <= n < wanted.get(d, 0)]

    def _record_as_unindexable(self, target: Target, pending: Pending) -> None:
        newest = self.documents.read(target.tenant, [pending.document])
        self.vectors.delete(target.collection, self._surplus(target, [], [pending]))
        records = [
            Record(d.document, d.version, False, d.content_hash, 0, True, pending.applied_revision, d.revision)
            for d in newest.values()
        ]
        self.documents.record(target.tenant, target.collection, records, self._clock(), step=2)

    def _seal(self, collection: str, rows: int) -> None:
        last = self._sealed_at.get(collection)
        rested = last is None or (self._clock() - last).total_seconds() >= self._config.seal_pause_s
        if rested and self._unsealed.get(collection, 0) >= rows:
            self.seal(collection)


def _added(*parts: Applied) -> Applied:
    counts = zip(*((p.documents, p.deleted, p.embedded, p.kept) for p in parts), strict=True)
    return Applied(*(sum(count) for count in counts))
