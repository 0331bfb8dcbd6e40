"""Reciprocal rank fusion: one ranking out of several, by ranks alone. Pure.

A document's fused score is the sum, over the rankings that have it, of 1 / (k + rank), ranks counted from 1 (Cormack,
Clarke and Buettcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods", 2009). The
index gives two rankings, and what a person may not see leaves them before they are fused.
"""

from collections.abc import Sequence

RRF_K = 60
"""The constant of the formula, its authors' value: how little the first ranks stand out from those that follow."""


def scores(rankings: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return the fused score of every name; each ranking has a name at most once, best first."""
    found: dict[str, float] = {}
    for ranking in rankings:
        for rank, name in enumerate(ranking, 1):
            found[name] = found.get(name, 0.0) + 1 / (RRF_K + rank)
    return found


def fuse(rankings: Sequence[Sequence[str]], depth: int) -> list[str]:
    """Return the `depth` best names of all rankings, best first; equal scores in the order of names.

    Each ranking has a name at most once, best first.
    """
    fused = scores(rankings)
    return sorted(fused, key=lambda name: (-fused[name], name))[:depth]
