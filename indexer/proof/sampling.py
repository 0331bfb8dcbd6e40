"""What only a sample can show of a collection: that vectors are what the model makes of their texts, and that both
indexes find them.

    drawn with a fresh seed ──▶ embedded again ──▶ cosine with the stored vector     (parity)
    some of them as queries ──▶ the ten nearest, by the index and exactly            (recall)
                            ──▶ the words of the passage find the passage            (words)

That a stored vector is the one that was written, every row shows (`indexer.proof.row_check`). So what the sample
looks for is a vector that was wrong when it was made, or in the embedding store: the model is asked once more, and
the store is not. It costs one embedding of so many passages, equal texts once a page. When it finds one wrong vector,
all passages are embedded again, so that those that are wrong are found and no others are touched.
"""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.indexing.embedding import Embedder
from indexer.indexing.sync import Sync, Target
from indexer.proof.read_back import pages
from indexer.proof.row_check import settled
from retrieval.text import terms
from stores.embeddings import AT_ONCE, Vector
from stores.vector_rows import primary_key
from stores.vectors import WINDOW

PARITY = 0.999
"""The least cosine of a vector with the same text embedded again; batches of another shape differ by about 1e-6."""

SELF_SHARE = 0.5
"""The least share of its document's best score that a passage has for its own words: one that repeats them may stand
above it, but what a text gains by repetition is bounded, and it grows longer by it, so that none is twice as good."""

_TIE = 1e-4
"""Neighbours this close to the tenth are as good as the tenth."""

_FIRST = 10
"""Hits among which a passage is sought for its own words."""

_QUERIES = 16
"""Passages that are searched for at once."""

Drawn = Mapping[str, Sequence[int]]
"""Passages, by number within their document."""


class Parity(NamedTuple):
    """How many passages were embedded again, the least cosine, and the documents with a wrong vector."""

    passages: int
    least: float
    wrong: Sequence[str]


class Searched(NamedTuple):
    """How many passages were searched for, the share of their exact ten neighbours that the index finds, and the
    documents that their own words do not find."""

    passages: int
    recall: float
    lost: Sequence[str]


def needed(damaged: float, certainty: float) -> int:
    """Return how many passages a sample needs, to hold one of a `damaged` share with this certainty; both in (0, 1)."""
    return math.ceil(math.log(1 - certainty) / math.log(1 - damaged))


def draw(passages: Mapping[str, int], count: int, seed: int) -> dict[str, list[int]]:
    """Return `count` passages, or all when there are fewer, each as likely as any other.

    `passages` says how many each document has.
    """
    names = sorted(name for name, own in passages.items() if own)
    ends = np.cumsum([passages[name] for name in names], dtype=np.int64)
    total = int(ends[-1]) if names else 0
    drawn: dict[str, list[int]] = {}
    for number in sorted(random.Random(seed).sample(range(total), min(count, total))):
        which = int(np.searchsorted(ends, number, side="right"))
        drawn.setdefault(names[which], []).append(number - (int(ends[which]) - passages[names[which]]))
    return drawn


def is_found(key: str, first: Sequence[tuple[str, float]], own: Sequence[tuple[str, float]]) -> bool:
    """Return whether its own words find a row: among the `first` hits, or where too many others are as good, among
    `own`, those of its document alone. Best hits come first; scores of rows that were sealed apart do not compare."""
    if any(hit == key for hit, _ in first):
        return True
    mine = [score for hit, score in own if hit == key]
    return len(first) >= _FIRST and bool(mine) and mine[0] >= SELF_SHARE * own[0][1]


class Sampler:
    """Looks into collections by samples; `page` documents are in memory at once."""

    def __init__(self, sync: Sync, page: int) -> None:
        self._sync = sync
        self._page = page

    def parity(self, target: Target, drawn: Drawn) -> Parity:
        """Embed these passages again; the right vectors of wrong ones go to the embedding store."""
        embedder, checked, least, wrong = self._sync.embedder(target), 0, 1.0, list[str]()
        for texts in self._pages(target, drawn):
            again = _again(embedder, list(texts.values()))
            rows = self._sync.vectors.rows(target.collection, list(texts))
            cosines = {key: _cosine(row["dense"], again[texts[key]]) for key, row in rows.items()}
            bad = [key for key, cosine in cosines.items() if cosine < PARITY]
            embedder.keep({texts[key]: again[texts[key]] for key in bad})
            wrong += [key.rpartition("#")[0] for key in bad]
            checked, least = checked + len(rows), min(least, *cosines.values(), 1.0)
        return Parity(checked, least, list(dict.fromkeys(wrong)))

    def search(self, target: Target, drawn: Drawn, passages: Mapping[str, int]) -> Searched:
        """Search for these passages; `passages` says how many each document of the collection has."""
        texts = {key: text for page in self._pages(target, drawn) for key, text in page.items()}
        if not texts:
            return Searched(0, 1.0, ())
        again = _again(self._sync.embedder(target), list(texts.values()))
        vectors = np.array([again[text] for text in texts.values()], dtype=np.float32)
        lost = [key.rpartition("#")[0] for key in self._not_found_by_words(target, texts)]
        return Searched(len(texts), self._recall(target, vectors, passages), list(dict.fromkeys(lost)))

    def _pages(self, target: Target, drawn: Drawn) -> Iterator[dict[str, str]]:
        """Yield the texts of drawn passages by key; none of documents that changed meanwhile, whose turn is to come."""
        for page in pages(sorted(drawn), self._page):
            self._sync.yield_point()
            documents = self._sync.read(target, page)
            recorded = self._sync.documents.records.of(target.tenant, target.collection, list(documents))
            yield {
                primary_key(d.document, number): d.passages[number]
                for d in documents.values()
                if settled(d, recorded.get(d.document))
                for number in drawn[d.document]
                if number < len(d.passages)
            }

    def _not_found_by_words(self, target: Target, texts: Mapping[str, str]) -> Iterator[str]:
        """Yield the keys of passages that are not among the hits for their own words; one without words is sought by
        nobody."""
        asked = [(key, own) for key, text in texts.items() if (own := terms(text))]
        for start in range(0, len(asked), _QUERIES):
            self._sync.yield_point()
            some = asked[start : start + _QUERIES]
            found = self._sync.vectors.by_words(target.collection, [own for _, own in some], _FIRST)
            for (key, own), first in zip(some, found, strict=True):
                there = any(hit == key for hit, _ in first)
                if not is_found(key, first, () if there else self._of_its_document(target, key, own)):
                    yield key

    def _of_its_document(self, target: Target, key: str, own: Sequence[str]) -> list[tuple[str, float]]:
        document = key.rpartition("#")[0]
        return self._sync.vectors.by_words(target.collection, [own], WINDOW, document)[0]

    def _recall(self, target: Target, vectors: NDArray[np.float32], passages: Mapping[str, int]) -> float:
        """Return the share of the exact ten nearest of each vector that the index finds."""
        best = np.full((len(vectors), 10), -2.0, dtype=np.float32)
        keys = [primary_key(d, number) for d, own in passages.items() for number in range(own)]
        for page in pages(keys, 2 * self._page):
            self._sync.yield_point()
            rows = self._sync.vectors.rows(target.collection, page)
            stored = np.array([row["dense"] for row in rows.values()], dtype=np.float32).reshape(len(rows), -1)
            if len(rows):
                stored /= np.maximum(np.linalg.norm(stored, axis=1, keepdims=True), 1e-9)
                best = np.sort(np.hstack([best, vectors @ stored.T]), axis=1)[:, -10:]
        found = self._sync.vectors.nearest(target.collection, vectors, 10)
        wanted = (best > -2.0).sum(axis=1)
        worst = np.where(best > -2.0, best, 2.0).min(axis=1)
        hits = [sum(c >= least - _TIE for _, c in near) for near, least in zip(found, worst, strict=True)]
        return float(np.mean(np.minimum(hits, wanted) / np.maximum(wanted, 1)))


def _again(embedder: Embedder, texts: Sequence[str]) -> dict[str, Vector]:
    """Return what the model makes of these texts now, those of like length together."""
    wanted, made = sorted(dict.fromkeys(texts), key=len), dict[str, Vector]()
    for some in pages(wanted, AT_ONCE):
        embedder.yield_point()
        made |= embedder.again(some)
    return made


def _cosine(stored: Vector, again: Vector) -> float:
    return float(stored @ again) / max(float(np.linalg.norm(stored)), 1e-9)
