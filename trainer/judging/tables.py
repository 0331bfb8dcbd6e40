"""An evaluation as figures: means by system and by slice, and a row for every query and system. Pure."""

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from retrieval import metrics
from trainer.judging.evaluate import Evaluation

SCORE = "score@10"
"""What decides: nDCG@10 by clicks that are corrected for what people were shown."""


DEPTHS = (1, 3, 5, 10, 20, 50)
"""Places of a ranking that every metric is given for. A search asks for ten; what is below them is what it read."""

EXPORTED = 50
"""Documents of every ranking that are kept, for `tidewheel judgments export`."""

_DEEPEST = 100
_METRICS = {
    "ndcg": metrics.ndcg,
    "mrr": metrics.reciprocal_rank,
    "map": metrics.average_precision,
    "precision": metrics.precision,
    "recall": metrics.recall,
}


def table(found: Evaluation) -> dict[str, dict[str, float]]:
    """Return the mean of every metric for every system."""
    return {system: _means(found, system, range(len(found.queries))) for system in found.rankings}


def by_slice(found: Evaluation) -> dict[str, dict[str, dict[str, float]]]:
    """Return, for every slice, the means of every system, and how many queries it has."""
    names = sorted({name for of_query in found.slices for name in of_query})
    inside = {name: [n for n, of_query in enumerate(found.slices) if name in of_query] for name in names}
    return {
        name: {"all": {"queries": float(len(chosen))}}
        | {system: _means(found, system, chosen) for system in found.rankings}
        for name, chosen in inside.items()
    }


def score_rows(found: Evaluation, tenant: str, run: str, snapshot: str) -> dict[str, list[Any]]:
    """Return the rows of `query_scores` of the try of a run that has this snapshot, as columns."""
    scores = {system: found.score_of(system) for system in found.rankings}
    rows = [
        (n, system, found.queries[n], found.rankings[system][n])
        for system in found.rankings
        for n in range(len(found.queries))
    ]
    return {
        "tenant": [tenant] * len(rows),
        "run": [run] * len(rows),
        "snapshot": [snapshot] * len(rows),
        "query": [query.text for _, _, query, _ in rows],
        "system": [system for _, system, _, _ in rows],
        "slices": [list(found.slices[n]) for n, _, _, _ in rows],
        "relevant": [sorted(query.relevant) for _, _, query, _ in rows],
        "retrieved": [list(ranked[:EXPORTED]) for _, _, _, ranked in rows],
        "score": [float(scores[system][n]) for n, system, _, _ in rows],
        "ndcg_10": [metrics.ndcg(ranked, query.relevant, 10) for _, _, query, ranked in rows],
        "mrr_10": [metrics.reciprocal_rank(ranked, query.relevant, 10) for _, _, query, ranked in rows],
        "map_10": [metrics.average_precision(ranked, query.relevant, 10) for _, _, query, ranked in rows],
        "recall_10": [metrics.recall(ranked, query.relevant, 10) for _, _, query, ranked in rows],
        "precision_10": [metrics.precision(ranked, query.relevant, 10) for _, _, query, ranked in rows],
    }


def _means(found: Evaluation, system: str, chosen: Sequence[int]) -> dict[str, float]:
    pairs = [(found.rankings[system][n], found.queries[n].relevant) for n in chosen]
    if not pairs:
        return {}
    score = found.score_of(system)
    means = {SCORE: fmean(float(score[n]) for n in chosen)}
    means |= {f"{name}@{k}": fmean(of(r, q, k) for r, q in pairs) for name, of in _METRICS.items() for k in DEPTHS}
    means[f"recall@{_DEEPEST}"] = fmean(metrics.recall(r, q, _DEEPEST) for r, q in pairs)
    return {name: round(value, 6) for name, value in means.items()}
