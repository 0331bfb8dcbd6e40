"""Live model, base model, BM25 and candidate on the same held-out queries over the same corpus.

Each is judged alone, so that a gain is the model's own; live and candidate also fused with BM25, as searches use them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval import metrics
from retrieval.bm25 import Bm25
from trainer.data.examples import Document
from trainer.data.split import Query
from trainer.judging import model_tests as behaviours
from trainer.judging.gate import Scores
from trainer.judging.model_tests import Test
from trainer.learning.general import General
from trainer.passages import passages

Vectors = npt.NDArray[np.float32]
DEPTH = 100
_FUSION = 60
"""The constant of reciprocal rank fusion; its authors' value, and the index's."""

_AT_ONCE = 64
"""Queries scored at once: bounds the matrix of scores, whatever the corpus."""

CANDIDATE, LIVE, BASE, BM25 = "candidate", "live", "base", "bm25"
FUSED = {CANDIDATE: "candidate + bm25", LIVE: "live + bm25"}


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is ranked: documents by name with their passages; `owner[i]` is the document of passage i, ascending."""

    names: tuple[str, ...]
    texts: tuple[str, ...]
    owner: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Report:
    """What evaluation found. `rankings` has for each system the first `DEPTH` documents of each query."""

    queries: tuple[Query, ...]
    slices: tuple[tuple[str, ...], ...]
    rankings: Mapping[str, Sequence[Sequence[str]]]
    tests: tuple[Test, ...]
    behaviours: Mapping[str, tuple[int, int, int]]
    lost_tests: tuple[str, ...]

    def ndcg(self, system: str) -> npt.NDArray[np.float64]:
        """Return nDCG@10 of every query."""
        pairs = zip(self.rankings[system], self.queries, strict=True)
        return np.array([metrics.ndcg(ranked, query.relevant, 10) for ranked, query in pairs], dtype=np.float64)

    def scores(self) -> Scores:
        """Return what the gate judges."""
        return Scores(
            candidate=self.ndcg(CANDIDATE),
            live=self.ndcg(LIVE),
            fused=self.ndcg(FUSED[CANDIDATE]) - self.ndcg(FUSED[LIVE]),
            groups=[query.group for query in self.queries],
            slices=self.slices,
        )


def corpus(documents: Mapping[str, Document], queries: Sequence[Query], guard: Sequence[General], limit: int) -> Corpus:
    """Return all searchable documents, or of a large corpus the relevant ones and a fixed sample, and general texts."""
    relevant = {name for query in queries for name in query.relevant}
    searchable = [d for d in documents.values() if d.searchable]
    ordered = sorted(searchable, key=lambda d: (d.document not in relevant, blake2b(d.document.encode()).digest()))
    chosen = [(d.document, passages(d.title, d.body)) for d in sorted(ordered[:limit], key=lambda d: d.document)]
    chosen += [(behaviours.general_id(pair), [pair.text]) for pair in guard]
    sizes = [len(texts) for _, texts in chosen]
    return Corpus(
        names=tuple(name for name, _ in chosen),
        texts=tuple(text for _, texts in chosen for text in texts),
        owner=np.repeat(np.arange(len(chosen)), sizes),
        first=np.cumsum([0, *sizes])[:-1] if chosen else np.zeros(0, dtype=np.int64),
    )


def rank(scores: Vectors, corpus: Corpus, depth: int = DEPTH, floor: float = -np.inf) -> list[list[str]]:
    """Return the best documents of each query, a document's score being its best passage's.

    `scores` has shape (queries, passages). Equal scores keep the order of names, so that a ranking can be repeated;
    scores at or below `floor` are no hits.
    """
    if not corpus.names:
        return [[] for _ in scores]
    best = np.maximum.reduceat(scores, corpus.first, axis=1)
    order = np.argsort(-best, axis=1, kind="stable")[:, :depth]
    return [[corpus.names[n] for n in row if best[query, n] > floor] for query, row in enumerate(order.tolist())]


def fuse(left: Sequence[Sequence[str]], right: Sequence[Sequence[str]], depth: int = DEPTH) -> list[list[str]]:
    """Return reciprocal rank fusion of two rankings of the same queries (Cormack, Clarke and Buettcher, 2009)."""
    fused = []
    for one, other in zip(left, right, strict=True):
        scores: dict[str, float] = {}
        for ranked in (one, other):
            for place, name in enumerate(ranked, 1):
                scores[name] = scores.get(name, 0.0) + 1 / (_FUSION + place)
        fused.append(sorted(scores, key=lambda name: (-scores[name], name))[:depth])
    return fused


def semantic(corpus: Corpus, texts: Vectors, asked: Vectors) -> list[list[str]]:
    """Return the ranking by cosine; `texts` has shape (passages, d) and `asked` (queries, d), unit rows."""
    parts = (asked[start : start + _AT_ONCE] for start in range(0, len(asked), _AT_ONCE))
    return [row for part in parts for row in rank(part @ texts.T, corpus)]


def lexical(corpus: Corpus, queries: Sequence[str]) -> list[list[str]]:
    """Return BM25's ranking."""
    index = Bm25(corpus.texts)
    parts = (queries[start : start + _AT_ONCE] for start in range(0, len(queries), _AT_ONCE))
    return [row for part in parts for row in rank(index.scores(part), corpus, floor=0.0)]


def report(
    queries: Sequence[Query],
    slices: Sequence[tuple[str, ...]],
    tests: Sequence[Test],
    corpus: Corpus,
    vectors: Mapping[str, tuple[Vectors, Vectors]],
) -> Report:
    """Rank with every system. `vectors` gives for candidate, live and base: (passages, queries then tests)."""
    n = len(queries)
    dense = {name: semantic(corpus, texts, asked) for name, (texts, asked) in vectors.items()}
    dense_and_words = {**dense, BM25: lexical(corpus, [query.text for query in queries])}
    rankings: dict[str, Sequence[Sequence[str]]] = {
        name: [[document for document in row if not behaviours.is_general(document)] for row in ranked[:n]]
        for name, ranked in dense_and_words.items()
    }
    for system, name in FUSED.items():
        rankings[name] = fuse(rankings[system], rankings[BM25])
    before = behaviours.passed(tests, dense[LIVE][n:])
    after = behaviours.passed(tests, dense[CANDIDATE][n:])
    lost = [f"{t.behaviour}: {t.query}" for t, old, new in zip(tests, before, after, strict=True) if old and not new]
    tallied = behaviours.tally(tests, before, after)
    return Report(tuple(queries), tuple(slices), rankings, tuple(tests), tallied, tuple(lost))


def table(found: Report) -> dict[str, dict[str, float]]:
    """Return the mean of every metric for every system."""
    return {system: _means(found, system, range(len(found.queries))) for system in found.rankings}


def by_slice(found: Report) -> dict[str, dict[str, dict[str, float]]]:
    """Return, for every slice, the means of every system, and how many queries it has."""
    names = sorted({name for of_query in found.slices for name in of_query})
    inside = {name: [n for n, of_query in enumerate(found.slices) if name in of_query] for name in names}
    return {
        name: {"all": {"queries": float(len(chosen))}}
        | {system: _means(found, system, chosen) for system in found.rankings}
        for name, chosen in inside.items()
    }


def score_rows(found: Report, tenant: str, run: str) -> dict[str, list[Any]]:
    """Return the rows of `query_scores`, as columns."""
    rows = [
        (n, system, found.queries[n], found.rankings[system][n])
        for system in found.rankings
        for n in range(len(found.queries))
    ]
    return {
        "tenant": [tenant] * len(rows),
        "run": [run] * len(rows),
        "query": [query.text for _, _, query, _ in rows],
        "system": [system for _, system, _, _ in rows],
        "slices": [list(found.slices[n]) for n, _, _, _ in rows],
        "relevant": [sorted(query.relevant) for _, _, query, _ in rows],
        "retrieved": [list(ranked[:10]) for _, _, _, ranked in rows],
        "ndcg_10": [metrics.ndcg(ranked, query.relevant, 10) for _, _, query, ranked in rows],
        "mrr_10": [metrics.reciprocal_rank(ranked, query.relevant, 10) for _, _, query, ranked in rows],
        "map_10": [metrics.average_precision(ranked, query.relevant, 10) for _, _, query, ranked in rows],
        "recall_10": [metrics.recall(ranked, query.relevant, 10) for _, _, query, ranked in rows],
        "precision_10": [metrics.precision(ranked, query.relevant, 10) for _, _, query, ranked in rows],
    }


def _means(found: Report, system: str, chosen: Sequence[int]) -> dict[str, float]:
    pairs = [(found.rankings[system][n], found.queries[n].relevant) for n in chosen]
    if not pairs:
        return {}
    means = {
        "ndcg@10": fmean(metrics.ndcg(r, q, 10) for r, q in pairs),
        "mrr@10": fmean(metrics.reciprocal_rank(r, q, 10) for r, q in pairs),
        "map@10": fmean(metrics.average_precision(r, q, 10) for r, q in pairs),
        "precision@5": fmean(metrics.precision(r, q, 5) for r, q in pairs),
        **{f"recall@{k}": fmean(metrics.recall(r, q, k) for r, q in pairs) for k in (1, 5, 10, 50, 100)},
    }
    return {name: round(value, 6) for name, value in means.items()}
