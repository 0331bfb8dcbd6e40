"""The guard set: queries whose documents people judged, apart from anybody's searches. Pure.

People's judgments outrank clicks: a held-out query that people judged counts by their grades. All judged queries
together guard a candidate: they are answered by both rankings as served, and one that answers them surely worse does
not go on. They never win anything: whoever judges a handful of queries would decide for everybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np

from retrieval import metrics
from retrieval.text import normalized
from trainer.data.joined import components
from trainer.data.near_copies import near_queries
from trainer.data.split import Query
from trainer.judging.bootstrap import Interval, drawn

DEPTH = 10
Judgments = Mapping[str, Mapping[str, float]]
"""By query, and by document: 0 is worth nothing, more is better."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A query that people judged: documents with grades in (0, 1], and the number of its group of near queries."""

    text: str
    relevant: Mapping[str, float]
    group: int


def merged(judgments: Judgments) -> dict[str, dict[str, float]]:
    """Return the judgments by normalized query: where people wrote one query in several ways, their mean grades."""
    found: dict[str, dict[str, list[float]]] = {}
    for query, grades in judgments.items():
        for name, grade in grades.items():
            found.setdefault(normalized(query), {}).setdefault(name, []).append(grade)
    return {query: {name: fmean(all_of) for name, all_of in of.items()} for query, of in found.items()}


def guard(judgments: Judgments, known: Mapping[str, object], similarity: float) -> tuple[Judged, ...]:
    """Return the judged queries that any known document is worth something for, by text; grades end at 1."""
    whole = {
        query: {name: grade for name, grade in grades.items() if name in known and grade > 0}
        for query, grades in sorted(merged(judgments).items())
    }
    spelled = {normalized(query): query for query in sorted(judgments, reverse=True)}
    kept = {spelled[query]: grades for query, grades in whole.items() if grades}
    groups = components(len(kept), near_queries([*kept], [*kept], similarity))
    return tuple(
        Judged(query, {name: grade / max(grades.values()) for name, grade in sorted(grades.items())}, group)
        for (query, grades), group in zip(kept.items(), groups, strict=True)
    )


def judged_among(queries: Sequence[Query], judgments: Judgments, counted: frozenset[str]) -> set[int]:
    """Return which of the held-out queries count by people's grades: those that a `counted` document is judged for."""
    known = merged(judgments)
    return {n for n, query in enumerate(queries) if not counted.isdisjoint(known.get(normalized(query.text), ()))}


def outranked(queries: Sequence[Query], judgments: Judgments, counted: frozenset[str]) -> tuple[Query, ...]:
    """Return the held-out queries, those that people judged with people's grades; only `counted` documents count.

    What people call worthless is no answer, whoever clicked on it; a query that has no other one is left out.
    """
    known = merged(judgments)

    def by_people(query: Query) -> Query:
        grades = {name: grade for name, grade in known.get(normalized(query.text), {}).items() if name in counted}
        best = max(grades.values(), default=0.0)
        if best > 0:
            return replace(query, relevant={name: grade / best for name, grade in grades.items() if grade > 0})
        return replace(query, relevant={name: of for name, of in query.relevant.items() if name not in grades})

    return tuple(one for one in map(by_people, queries) if one.relevant)


def change(
    guarded: Sequence[Judged],
    candidate: Sequence[Sequence[str]],
    live: Sequence[Sequence[str]],
    level: float,
    resamples: int,
    seed: int,
) -> Interval:
    """Return what the candidate gains in nDCG@10 on the judged queries, with its interval at `level` on each side."""
    gained = [
        metrics.ndcg(after, one.relevant, DEPTH) - metrics.ndcg(before, one.relevant, DEPTH)
        for one, after, before in zip(guarded, candidate, live, strict=True)
    ]
    draws = drawn(np.array(gained, dtype=np.float64), [one.group for one in guarded], resamples, seed)
    return draws.interval(level)
