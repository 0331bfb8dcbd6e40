"""Verification: what the destination holds is read back by primary key and compared with what documents say.

    expected passages ──▶ read every key ──▶ missing, stale, other text, other access list      (anti-join one way)
    keys just past a document's end, keys of deleted documents, a scan ──▶ surplus rows         (the other way)
    a seeded sample ──▶ embedded again ──▶ cosine with the stored vector                        (parity)
    the sample as queries ──▶ the index's ten nearest against the exact ten                     (recall)

Counts and iterators prove nothing about completeness; only the reads by key do. The scan can only find surplus rows,
never excuse missing ones. What fails is looked at once more after pending changes are applied, because a document may
change while it is verified; what still fails is a mismatch, is repaired through `sync`, and everything is read again.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from indexer.documents import Document
from indexer.sync import Sync, Target
from schemas.learning import Proof
from stores.vector_rows import Stored, primary_key

PARITY = 0.999
"""The least cosine of a vector with the same text embedded again; batches of another shape differ by about 1e-6."""

_TIE = 1e-4
"""Neighbours this close to the tenth are as good as the tenth."""


class VerifyConfig(BaseModel):
    """How thorough a verification is and how long its proof holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    page: int = Field(default=500, ge=1, description="documents compared at once")
    sample: int = Field(default=64, ge=1, description="passages embedded again and searched for")
    seed: int = Field(default=20_260_501, ge=0, description="which passages are drawn")
    rounds: int = Field(default=3, ge=0, description="times that mismatches are repaired before giving up")
    holds_s: float = Field(default=86_400.0, gt=0, description="seconds; a proof of this age must be made anew")
    changed_share: float = Field(
        default=0.2, ge=0, le=1, description="share of documents changed since, at which it must be too"
    )


class Proven(NamedTuple):
    """A proof, and when the reading that it rests on began: it covers nothing that was applied since."""

    proof: Proof
    at: datetime


@dataclass(frozen=True, slots=True)
class Sample:
    """Passages embedded again, shape (passages, dimension), and the least cosine with what is stored for them."""

    vectors: NDArray[np.float32]
    parity: float


@dataclass(slots=True)
class Findings:
    """What one reading of the destination found.

    `wrong` maps a document to what is wrong with it, `foreign` are keys of no document, `passages` maps each document
    to how many passages it should have.
    """

    wrong: dict[str, str] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)
    passages: dict[str, int] = field(default_factory=dict)

    @property
    def mismatches(self) -> int:
        """Return how many things are not as they should be."""
        return len(self.wrong) + len(self.foreign)


def is_fresh(proved_at: datetime, now: datetime, changed: int, documents: int, config: VerifyConfig) -> bool:
    """Return whether a proof still holds: young enough, and few enough documents changed since it was made."""
    return now - proved_at <= timedelta(seconds=config.holds_s) and changed <= config.changed_share * max(1, documents)


class Verifier:
    """Verifies collections, repairing what it finds."""

    def __init__(self, sync: Sync, config: VerifyConfig, clock: Callable[[], datetime]) -> None:
        self._sync = sync
        self._config = config
        self._clock = clock

    def verify(self, target: Target) -> Proven:
        """Verify everything, repair, verify again; `mismatches` in the proof is what could not be repaired."""
        repaired, at = 0, self._clock()
        findings, sample = self._look(target)
        for _ in range(self._config.rounds):
            if not findings.mismatches:
                break
            repaired += findings.mismatches
            self._repair(target, findings)
            at = self._clock()
            findings, sample = self._look(target)
        proof = Proof(
            documents=sum(1 for passages in findings.passages.values() if passages),
            passages=sum(findings.passages.values()),
            mismatches=findings.mismatches,
            repaired=repaired,
            parity_min_cosine=sample.parity,
            recall_at_10=self._recall(target, findings, sample),
        )
        return Proven(proof, at)

    def read(self, target: Target, only: Sequence[str] | None = None) -> Findings:
        """Compare the destination with the documents (or with `only` these), suspects twice; repairs nothing."""
        findings = Findings()
        for page in _pages(self._sync.documents.ids(target.tenant) if only is None else only, self._config.page):
            self._compare(target, page, findings)
        if only is None:
            self._scan(target, findings)
        if findings.wrong:
            suspects, findings.wrong = list(findings.wrong), {}
            self._sync.advance(target, float("inf"))
            for page in _pages(suspects, self._config.page):
                self._compare(target, page, findings, thorough=True)
        return findings

    def _look(self, target: Target) -> tuple[Findings, Sample]:
        findings = self.read(target)
        sample = self._draw(target, findings)
        if sample.parity < PARITY:  # one wrong vector in a sample speaks against all of them
            findings.wrong.update(dict.fromkeys((d for d, n in findings.passages.items() if n), "vector"))
        return findings, sample

    def _compare(self, target: Target, page: Sequence[str], findings: Findings, thorough: bool = False) -> None:
        """Read the page's rows and the key after each document's last, or whatever else the collection has of it."""
        self._sync.yield_point()
        documents = self._sync.read(target, page)
        keys = {d.document: _keys(d, _length(d) + 1) for d in documents.values()}
        for document, number in self._sync.vectors.keys_of(target.collection, list(keys)) if thorough else ():
            if number > _length(documents[document]):
                keys[document].append(primary_key(document, number))
        rows = self._sync.vectors.get(target.collection, [key for found in keys.values() for key in found])
        for d in documents.values():
            findings.passages[d.document] = _length(d)
            if problem := _problem(d, [rows.get(key) for key in keys[d.document]]):
                findings.wrong[d.document] = problem

    def _scan(self, target: Target, findings: Findings) -> None:
        for key in self._sync.vectors.scan_keys(target.collection):
            document, _, number = key.rpartition("#")
            if document not in findings.passages or not _is_number(number):
                findings.foreign.append(key)
            elif int(number) >= findings.passages[document]:
                findings.wrong[document] = "surplus"

    def _repair(self, target: Target, findings: Findings) -> None:
        self._sync.vectors.delete(target.collection, findings.foreign)
        gone = [d for d in findings.wrong if not findings.passages[d]]
        surplus = [primary_key(*row) for row in self._sync.vectors.keys_of(target.collection, gone)]
        self._sync.vectors.delete(target.collection, surplus)
        self._sync.documents.void(
            target.tenant, target.collection, [d for d in findings.wrong if findings.passages[d]], self._clock()
        )
        self._sync.advance(target, float("inf"))

    def _draw(self, target: Target, findings: Findings) -> Sample:
        chance = random.Random(self._config.seed)
        shown = sorted(d for d, passages in findings.passages.items() if passages)
        drawn = sorted(chance.sample(shown, min(self._config.sample, len(shown))))
        documents = self._sync.read(target, drawn)
        texts = {}
        for d in documents.values():
            if d.passages:
                number = chance.randrange(len(d.passages))
                texts[primary_key(d.document, number)] = d.passages[number]
        rows = self._sync.vectors.get(target.collection, list(texts), with_vectors=True)
        encoder = self._sync.encoders.get(target.tenant, target.model, target.manifest)
        again = encoder.encode([texts[key] for key in rows])
        stored = np.array([row.dense for row in rows.values()], dtype=np.float32).reshape(again.shape)
        cosines = (stored * again).sum(axis=1) / np.maximum(np.linalg.norm(stored, axis=1), 1e-9)
        return Sample(again, float(cosines.min(initial=1.0)))

    def _recall(self, target: Target, findings: Findings, sample: Sample) -> float:
        """Return the share of the exact ten nearest of each sampled passage that the index finds."""
        if not len(sample.vectors):
            return 1.0
        best = np.full((len(sample.vectors), 10), -2.0, dtype=np.float32)
        keys = [primary_key(d, number) for d, passages in findings.passages.items() for number in range(passages)]
        for page in _pages(keys, 2 * self._config.page):
            self._sync.yield_point()
            rows = self._sync.vectors.get(target.collection, page, with_vectors=True)
            stored = np.array([row.dense for row in rows.values()], dtype=np.float32)
            stored /= np.maximum(np.linalg.norm(stored, axis=1, keepdims=True), 1e-9)
            best = np.sort(np.hstack([best, sample.vectors @ stored.T]), axis=1)[:, -10:]
        found = self._sync.vectors.nearest(target.collection, sample.vectors, 10)
        wanted = (best > -2.0).sum(axis=1)
        worst = np.where(best > -2.0, best, 2.0).min(axis=1)
        hits = [sum(c >= least - _TIE for _, c in near) for near, least in zip(found, worst, strict=True)]
        return float(np.mean(np.minimum(hits, wanted) / wanted))


def _problem(document: Document, rows: Sequence[Stored | None]) -> str:
    """Return what is wrong with a document's rows; those past its last passage must not be there."""
    if any(rows[_length(document) :]):
        return "surplus"
    for row in rows[: _length(document)]:
        if row is None:
            return "missing"
        if row.version != document.version:
            return "version"
        if row.content_hash != document.content_hash:
            return "text"
        if row.acl != document.acl:
            return "access list"
    return ""


def _is_number(text: str) -> bool:
    """Tell a passage's number as `primary_key` writes it."""
    return text.isdecimal() and text == str(int(text))


def _length(document: Document) -> int:
    return 0 if document.gone else len(document.passages)


def _keys(document: Document, count: int) -> list[str]:
    return [primary_key(document.document, number) for number in range(count)]


def _pages(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
