"""The ranking that people get, of a model that is not live: passages ranked and fused as searches do it.

Depth, fusion, authority and ties are those of `retrieval.ranking`, over the tenant's own passages alone. Who may see a
document is left out: a held-out query has no person any more, so it is judged over all documents.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from retrieval import ranking
from retrieval.bm25 import Bm25
from schemas.fusion import Fusion
from trainer.judging.corpus import Corpus, Vectors

WANTED = 10
"""Documents that a search asks for: how deep the rankings are read follows from it."""

_AT_ONCE = 64
"""Queries scored at once: bounds the matrix of scores, whatever the corpus."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage in one ranking of one query."""

    document: str
    number: int
    score: float
    authority: float


class ServedRanking:
    """Ranks the documents of a corpus, general texts not among them, as the search does."""

    def __init__(self, corpus: Corpus, words: Bm25) -> None:
        """Take the corpus and the index of its passages' words."""
        self._corpus, self._words = corpus, words
        self._numbered = corpus.numbered()
        self._clicked = corpus.clicked_words()

    @property
    def has_clicked(self) -> bool:
        """Return whether any document has clicked queries."""
        return self._clicked is not None

    def rank(
        self, passages: Vectors, asked: Vectors, queries: Sequence[str], fusions: Sequence[Fusion]
    ) -> list[list[list[str]]]:
        """Return for each fusion and each query the documents, best first: the first `WANTED` are those served.

        `passages` has the unit vectors of the corpus's texts, shape (passages, d), `asked` those of the `queries`; rows
        of passages beyond the corpus's are not looked at.
        """
        passages = passages[: len(self._numbered)]
        found = [list[list[str]]() for _ in fusions]
        for start in range(0, len(queries), _AT_ONCE):
            by_meaning = asked[start : start + _AT_ONCE] @ passages.T
            self._add(found, by_meaning, queries[start : start + _AT_ONCE], fusions)
        return found

    def rank_words(self, queries: Sequence[str], fusions: Sequence[Fusion]) -> list[list[list[str]]]:
        """Return the same without any ranking by meaning: by words and, as the fusions say, by clicked queries."""
        found = [list[list[str]]() for _ in fusions]
        for start in range(0, len(queries), _AT_ONCE):
            some = queries[start : start + _AT_ONCE]
            self._add(found, [None] * len(some), some, fusions)
        return found

    def _add(
        self,
        found: Sequence[list[list[str]]],
        by_meaning: Iterable[Vectors | None],
        queries: Sequence[str],
        fusions: Sequence[Fusion],
    ) -> None:
        wanted = any(fusion.clicked for fusion in fusions)
        scores = [index.scores(queries) for index in (self._words, self._clicked if wanted else None) if index]
        for dense, *words in zip(by_meaning, *scores, strict=True):
            for fused, ranked in zip(found, self._documents(dense, words, fusions), strict=True):
                fused.append(ranked)

    def _documents(self, dense: Vectors | None, words: Sequence[Vectors], fusions: Sequence[Fusion]) -> list[list[str]]:
        """Return one query's documents with each fusion; more passages are looked at until there are enough."""
        limit = deep = ranking.depth(WANTED)
        while True:
            by_meaning = [] if dense is None else self._best(dense, limit, -np.inf)
            rankings = [by_meaning, *(self._best(scores, limit, 0.0) for scores in words)]
            ended = [len(ranked) < limit for ranked in rankings]
            found = [ranking.settled(rankings, ended, deep, WANTED, fusion) for fusion in fusions]
            ready = [[one.passage.document for one in ranked] for ranked in found if ranked is not None]
            if len(ready) == len(fusions):
                return ready
            limit *= ranking.WIDEN

    def _best(self, scores: Vectors, limit: int, floor: float) -> list[Scored]:
        """Return the best passages of one query; scores at or below `floor` are no hits."""
        hits = scores > floor
        if limit < len(scores):
            hits &= scores >= np.partition(scores, -limit)[-limit]
        return ranking.ordered(self._scored(n, float(scores[n])) for n in np.flatnonzero(hits).tolist())[:limit]

    def _scored(self, passage: int, score: float) -> Scored:
        document, number = self._numbered[passage]
        return Scored(self._corpus.names[document], number, score, self._corpus.authority[document])
