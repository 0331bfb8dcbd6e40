"""Ranking metrics for one query, with graded relevance. Pure.

`ranked` is what a system returned, best first, without repeats, as names or numbers of documents; `relevant` grades
each relevant document in (0, 1]. A query to which nothing is relevant scores 0 by every metric.
Binary metrics count every document with a grade as relevant. Definitions: Manning, Raghavan and Schütze, "Introduction
to Information Retrieval", chapter 8; nDCG with linear gain and log2 discount: Järvelin and Kekäläinen, 2002.
"""

from collections.abc import Hashable, Mapping, Sequence
from math import log2
from typing import TypeVar

D = TypeVar("D", bound=Hashable)


def recall(ranked: Sequence[D], relevant: Mapping[D, float], k: int) -> float:
    """Return the share of the relevant documents that are among the first k."""
    return sum(document in relevant for document in ranked[:k]) / max(1, len(relevant))


def precision(ranked: Sequence[D], relevant: Mapping[D, float], k: int) -> float:
    """Return the share of the first k places that hold a relevant document; places left empty count as misses."""
    return sum(document in relevant for document in ranked[:k]) / k


def reciprocal_rank(ranked: Sequence[D], relevant: Mapping[D, float], k: int) -> float:
    """Return 1 / rank of the first relevant document among the first k, or 0. Its mean over queries is MRR@k."""
    return next((1 / rank for rank, document in enumerate(ranked[:k], 1) if document in relevant), 0.0)


def average_precision(ranked: Sequence[D], relevant: Mapping[D, float], k: int) -> float:
    """Return the mean, over the relevant documents (at most k), of the precision at their ranks. Its mean is MAP@k."""
    hits, total = 0, 0.0
    for rank, document in enumerate(ranked[:k], 1):
        if document in relevant:
            hits += 1
            total += hits / rank
    return total / max(1, min(len(relevant), k))


def ndcg(ranked: Sequence[D], relevant: Mapping[D, float], k: int) -> float:
    """Return the discounted gain of the first k places over that of the best possible order."""
    best = sorted(relevant.values(), reverse=True)[:k]
    ideal = sum(grade / log2(rank + 1) for rank, grade in enumerate(best, 1))
    return gain(ranked, relevant, k) / ideal if ideal else 0.0


def gain(ranked: Sequence[D], values: Mapping[D, float], k: int) -> float:
    """Return the discounted gain of the first k places; a value below zero takes from it."""
    return sum(values.get(document, 0.0) / log2(rank + 1) for rank, document in enumerate(ranked[:k], 1))
