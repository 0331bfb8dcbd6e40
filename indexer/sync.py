"""The one mechanism that fills a collection: apply what the warehouse's documents say and the collection does not.

    desired (`documents`, newest version each) minus recorded (`applied`) ──▶ read ──▶ note intent ──▶ embed
        ──▶ remove surplus passages ──▶ upsert ──▶ record

Building, catching up and live changes are all this loop. A crash anywhere leaves the document unrecorded, so it is done
again. The intent, a row of `applied` without a content hash, says before the first write how many passages may be
there, so that even the leavings of a crash are removed. A document whose text did not change keeps its vectors, which
are read back from the collection; deletions and such changes (access lists among them) come before any new text.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from indexer.authority import UsageStats
from indexer.documents import UNKNOWN, Document, Documents, Pending, Record
from retrieval.encoders import EncoderSource
from retrieval.identity import row_rules
from retrieval.text import terms
from stores.errors import Poison
from stores.vector_rows import collection_name, primary_key, vector_row
from stores.vectors import Vectors

LOG = logging.getLogger(__name__)
_ENCODED_AT_ONCE = 128
"""Texts embedded between two yield points: one or two seconds on a small machine."""


class SyncConfig(BaseModel):
    """How documents are applied."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    batch: int = Field(default=64, ge=1, description="documents applied at once: what a crash repeats")
    plan: int = Field(default=1_024, ge=1, description="documents asked for at once; the order is set anew after them")
    seal_rows: int = Field(default=512, ge=1, description="rows written until they are sealed: searched fast")
    seal_rows_idle: int = Field(default=64, ge=1, description="the same when nothing is left to apply")
    seal_pause_s: float = Field(default=10.0, ge=0, description="seconds between two seals; Milvus allows one in ten")


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
    """What a round did, in documents, and in passages embedded and passages whose vector was kept."""

    documents: int = 0
    deleted: int = 0
    embedded: int = 0
    kept: int = 0
    finished: bool = False
    """Whether nothing was left to apply."""


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
    ) -> None:
        self.documents = documents
        self.vectors = vectors
        self.encoders = encoders
        self._config = config
        self._clock = clock
        self._sleep = sleep
        self.yield_point = yield_point
        """Called between the parts of any long work; it may raise to cut the work short."""
        self._unsealed: dict[str, int] = {}
        self._sealed_at: dict[str, datetime] = {}

    def ensure(self, target: Target) -> None:
        """Make the target's collection if it is not there; one that was lost is filled from the beginning.

        So is one that was built by other rules of passages, terms or fields than today's.
        """
        encoder = self.encoders.get(target.tenant, target.model, target.manifest)
        if self.vectors.ensure(target.collection, encoder.dimension, row_rules(encoder.pieces)):
            self.documents.forget(target.tenant, target.collection, self._clock())

    def read(self, target: Target, documents: Sequence[str]) -> dict[str, Document]:
        """Return the newest versions of these documents, gone ones included, cut as the target's model reads them."""
        return self.documents.read(
            target.tenant,
            documents,
            lambda: self.encoders.get(target.tenant, target.model, target.manifest).pieces,
        )

    def advance(
        self, target: Target, budget_s: float, duty: float = 1.0, after_batch: Callable[[int], None] | None = None
    ) -> Applied:
        """Apply documents until none is left or `budget_s` is over; `duty` below 1 rests in between.

        `after_batch` hears how many documents a batch had. At least one batch is done, if there is any.
        """
        total, until = Applied(), time.monotonic() + budget_s
        while plan := self.documents.pending(target.tenant, target.collection, self._config.plan):
            for start in range(0, len(plan), self._config.batch):
                self.yield_point()
                began, batch = time.monotonic(), plan[start : start + self._config.batch]
                total = _added(total, self.apply(target, batch))
                self._seal(target.collection, self._config.seal_rows)
                if after_batch:
                    after_batch(len(batch))
                if time.monotonic() > until:
                    return total
                if duty < 1:
                    self._sleep((time.monotonic() - began) * (1 / duty - 1))
        self.seal_when_idle(target.collection)
        return Applied(total.documents, total.deleted, total.embedded, total.kept, finished=True)

    def seal_when_idle(self, collection: str) -> None:
        """Seal what the last changes left unsealed, if it is worth it and time; called while nothing is to be done."""
        self._seal(collection, self._config.seal_rows_idle)

    def seal(self, collection: str) -> None:
        """Seal whatever was written, now."""
        self.vectors.flush(collection)
        self._unsealed[collection], self._sealed_at[collection] = 0, self._clock()

    def apply(self, target: Target, batch: Sequence[Pending]) -> Applied:
        """Apply these documents at their newest version, whatever version they were planned with."""
        try:
            return self._apply(target, batch)
        except Poison as error:
            if len(batch) > 1:
                return _added(*(self.apply(target, [pending]) for pending in batch))
            LOG.warning("%s: %s cannot be indexed, nobody finds it: %s", target.collection, batch[0].document, error)
            self._record_as_unindexable(target, batch[0])
            return Applied(documents=1)

    def _apply(self, target: Target, batch: Sequence[Pending]) -> Applied:
        now = self._clock()
        newest = self.read(target, [pending.document for pending in batch])
        shown = [(p, newest[p.document]) for p in batch if p.document in newest and not newest[p.document].gone]
        gone = [p for p in batch if p.document not in newest or newest[p.document].gone]
        self.documents.record(target.tenant, target.collection, [_intent(p, d) for p, d in shown], now)
        wanted = {d.document: len(d.passages) for _, d in shown}
        self.vectors.delete(target.collection, self._surplus(target, batch, wanted))
        kept, embedded = self._write(target, shown, now)
        records = [_done(p, d) for p, d in shown] + [_removed(p) for p in gone]
        self.documents.record(target.tenant, target.collection, records, now, step=1)
        return Applied(len(batch), len(gone), embedded, kept)

    def _surplus(self, target: Target, batch: Sequence[Pending], wanted: Mapping[str, int]) -> list[str]:
        """Return the keys of rows that may be there and are past the number of passages wanted, 0 if not given."""
        known = [p for p in batch if p.applied_passages != UNKNOWN]
        keys = [key for p in known for key in _keys(p.document, wanted.get(p.document, 0), p.applied_passages)]
        unknown = [p.document for p in batch if p.applied_passages == UNKNOWN]
        rows = self.vectors.keys_of(target.collection, unknown)
        return keys + [primary_key(d, n) for d, n in rows if not 0 <= n < wanted.get(d, 0)]

    def _write(self, target: Target, shown: Sequence[tuple[Pending, Document]], now: datetime) -> tuple[int, int]:
        there = self._there(target, shown)
        texts = [text for _, d in shown if d.document not in there for text in d.passages]
        fresh = self._encoded(target, texts)
        usage = self.documents.usage(target.tenant, now)
        rows = []
        for _, d in shown:
            weight = d.authority(usage.get(d.document, UsageStats()), now)
            for number, text in enumerate(d.passages):
                dense = there[d.document][number] if d.document in there else next(fresh)
                rows.append(
                    vector_row(
                        d.document,
                        number,
                        d.version,
                        d.content_hash,
                        d.acl,
                        d.title,
                        text,
                        terms(text),
                        dense,
                        weight,
                        d.updated_ms,
                        d.truncated,
                    )
                )
        self.vectors.upsert(target.collection, rows)
        self._unsealed[target.collection] = self._unsealed.get(target.collection, 0) + len(rows)
        return len(rows) - len(texts), len(texts)

    def _encoded(self, target: Target, texts: Sequence[str]) -> Iterator[Sequence[float]]:
        encoder = self.encoders.get(target.tenant, target.model, target.manifest)
        for start in range(0, len(texts), _ENCODED_AT_ONCE):
            self.yield_point()
            yield from encoder.encode(texts[start : start + _ENCODED_AT_ONCE])

    def _there(self, target: Target, shown: Sequence[tuple[Pending, Document]]) -> dict[str, list[Sequence[float]]]:
        """Return the vectors that the collection itself holds for documents whose text did not change."""
        known = [d for p, d in shown if p.known]
        keys = [key for d in known for key in _keys(d.document, 0, len(d.passages))]
        rows = self.vectors.get(target.collection, keys, with_vectors=True) if keys else {}
        found = {}
        for d in known:
            stored = [rows.get(key) for key in _keys(d.document, 0, len(d.passages))]
            vectors = [row.dense for row in stored if row and row.content_hash == d.content_hash and row.dense]
            if vectors and len(vectors) == len(d.passages):
                found[d.document] = vectors
        return found

    def _record_as_unindexable(self, target: Target, pending: Pending) -> None:
        newest = self.read(target, [pending.document])
        self.vectors.delete(target.collection, self._surplus(target, [pending], {}))
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


def _keys(document: str, first: int, end: int) -> list[str]:
    return [primary_key(document, number) for number in range(first, end)]


def _intent(pending: Pending, document: Document) -> Record:
    most = max(pending.applied_passages, len(document.passages))
    return Record(document.document, 0, False, "", most, False, pending.applied_revision)


def _done(pending: Pending, d: Document) -> Record:
    return Record(
        d.document,
        d.version,
        False,
        d.content_hash,
        len(d.passages),
        d.truncated,
        pending.applied_revision,
        d.revision,
    )


def _removed(pending: Pending) -> Record:
    return Record(pending.document, pending.version, True, "", 0, False, pending.applied_revision)


def _added(*parts: Applied) -> Applied:
    return Applied(
        sum(p.documents for p in parts),
        sum(p.deleted for p in parts),
        sum(p.embedded for p in parts),
        sum(p.kept for p in parts),
    )
