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

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from indexer.feed.document import Document
from indexer.feed.documents import Documents, Pending
from indexer.feed.planner import PlanConfig, Planner
from indexer.indexing.applying import Applied, Applier, added
from indexer.indexing.embedding import Embedder
from indexer.indexing.fence import Fence
from indexer.indexing.making import Maker
from indexer.indexing.throttle import Full, Throttle
from retrieval.encoders import Encoder, EncoderSource
from retrieval.identity import row_rules
from schemas.instants import is_over
from stores.errors import Refused
from stores.serving import ServingRecord, Standby
from stores.vector_rows import collection_name
from stores.vectors import Vectors

_REST_S = 0.5

OVERTAKE_EVERY_S = 1.0
"""How long deletions and lists may wait for texts of the same collection that are being embedded, besides one portion.
"""


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
    """A collection to fill, by a model whose files have this manifest, if anybody said.

    It is the model's own unless it is `served_from` another, whose documents have the same vectors.
    """

    tenant: str
    model: str
    manifest: str | None = None
    served_from: str | None = None

    @property
    def collection(self) -> str:
        """Return the collection's real name."""
        return self.served_from or collection_name(self.tenant, self.model)

    @classmethod
    def of(cls, tenant: str, side: ServingRecord | Standby) -> "Target":
        """Return the collection of what is live or standby."""
        return cls(tenant, side.model, side.manifest, side.collection)


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
        throttle: Throttle | None = None,
    ) -> None:
        self.documents = documents
        self.vectors = vectors
        self.encoders = encoders
        self._config = config
        self._clock = clock
        self._sleep = sleep
        self._yield_point = yield_point
        self._yielded_s = 0.0
        self.fence = Fence(documents, check_lease, clock)
        self._throttle = throttle or Full()
        self._planner = Planner(documents, config.plan, clock)
        self._applier = Applier(documents, vectors, encoders, self.fence, clock, self._overtake, self._planner.applied)
        self._until = float("inf")
        self._overtaken_at: float | None = None
        """When changes of the collection that is advanced were let pass last (monotonic); None while none may."""
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
            with self.fence.making(target.tenant, target.collection):
                self.forget(target)  # before: a crash in between must not leave it empty and recorded as filled
                documents = self.documents.counts(target.tenant, target.collection).total
                self.vectors.ensure(target.collection, encoder.dimension, rules, documents)
            self._applier.empty.add(target.collection)

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

    def yield_point(self) -> None:
        """Let pass what comes first, between parts of long work; raises to end it."""
        began = time.monotonic()
        self._yield_point()
        self._yielded_s += time.monotonic() - began

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
        after_batch: Callable[[int], None] | None = None,
        follow: bool = True,
        whole: bool = True,
        rests: bool = False,
    ) -> Applied:
        """Apply what had arrived when this was called, or until `budget_s` is over.

        `after_batch` hears how many documents a batch had; at least one is done, if there is any. Without `follow` it
        ends once everything was compared. Without `whole` it is urgent, for a collection that serves or is about to: a
        comparison in the background is not hurried, and deletions and lists that come meanwhile do not wait for texts.
        With `rests` it is work that nobody waits for: the throttle says how long to rest after each batch.
        """
        total, self._until = Applied(), time.monotonic() + budget_s
        self._planner.begin(target)
        while batch := self._planner.next(target, self._config.batch, follow, whole):
            self.yield_point()
            began, self._yielded_s, self._overtaken_at = time.monotonic(), 0.0, None if whole else time.monotonic()
            done = self.apply(target, batch)
            total, self._overtaken_at = added(total, done), None
            self._seal(target.collection, self._config.seal_rows)
            if after_batch:
                after_batch(done.documents)
            if rests:
                self._rest(self._throttle.rest_s(time.monotonic() - began - self._yielded_s))
            if time.monotonic() > self._until:
                return total
        self._planner.end(target)
        self._applier.empty.discard(target.collection)
        self.seal_when_idle(target.collection)
        return replace(total, finished=True)

    def _rest(self, seconds: float) -> None:
        """Rest, and let live changes pass meanwhile: the time that they take is rest too."""
        while seconds > 0:
            began = time.monotonic()
            self._sleep(min(seconds, _REST_S))
            self.yield_point()
            seconds -= max(_REST_S, time.monotonic() - began)

    def _overtake(self, target: Target) -> set[str]:
        """Apply deletions and lists that came while texts are embedded; return all documents that changed meanwhile."""
        self.yield_point()
        if self._overtaken_at is None or time.monotonic() - self._overtaken_at < OVERTAKE_EVERY_S:
            return set()
        self._overtaken_at = None
        light, changed = self._planner.overtaking(target, self._config.batch)
        if light:
            self._applier.apply(target, light)
        self._overtaken_at = time.monotonic()
        return changed

    def sweep(self, target: Target) -> int:
        """Remove the rows of what the warehouse does not show, deleted or unknown; return how many that were.

        An iterator finds them, which may miss some: nothing rests on it, because their lists show them to nobody.
        """
        shown = set(self.documents.shown(target.tenant))
        keys = [key for key in self.vectors.scan_keys(target.collection) if key.rpartition("#")[0] not in shown]
        self.remove(target, keys)
        return len(keys)

    def remove(self, target: Target, keys: Sequence[str]) -> None:
        """Remove rows that belong to no document, by key."""
        if keys:
            documents = sorted({key.rpartition("#")[0] for key in keys} - {""})
            with self.fence.writing(target.tenant, target.collection, documents):
                self.vectors.delete(target.collection, keys)

    def seal_when_idle(self, collection: str) -> None:
        """Seal what the last changes left unsealed, if it is worth it and time; called while nothing is to be done."""
        self._seal(collection, self._config.seal_rows_idle)

    def seal(self, collection: str) -> None:
        """Seal whatever was written, now."""
        self.vectors.flush(collection)
        self._applier.unsealed[collection], self._sealed_at[collection] = 0, self._clock()

    def apply(self, target: Target, batch: Sequence[Pending]) -> Applied:
        """Apply these documents at their newest version, whichever was planned; texts until the budget is over."""
        return self._applier.apply(target, batch, self._until)

    def embedder(self, target: Target) -> Embedder:
        """Return what makes the vectors of this collection's texts."""
        return self._applier.embedder(target, self.yield_point)

    def _maker(self, target: Target) -> Maker:
        return self._applier.maker(target, self.yield_point)

    def _seal(self, collection: str, rows: int) -> None:
        last = self._sealed_at.get(collection)
        rested = last is None or is_over(timedelta(seconds=self._config.seal_pause_s), last, self._clock())
        if rested and self._applier.unsealed.get(collection, 0) >= rows:
            self.seal(collection)
