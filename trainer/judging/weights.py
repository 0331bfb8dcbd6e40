"""Which fusion a model gets: the weight that ranks its validation queries best, of a few. Pure.

Test queries have no part in it, and candidate and live choose alike, so that neither is helped by the choice. The grid
is coarse because some dozen queries cannot tell finer steps apart, and it ends before either ranking counts for
nothing: an exact name that nobody clicked on yet is found by words, a new wording by meaning.
"""

from collections.abc import Mapping, Sequence

from schemas.fusion import EVEN, Fusion

GRID: tuple[Fusion, ...] = tuple(Fusion(dense=hundredths / 100) for hundredths in (*range(10, 100, 10), 95))
"""What is tried: the ranking by meaning counts for 10 to 90 %, in steps of 10, or 95 %, where tuned models do best."""

_DIGITS = 6
"""Differences below are of arithmetic, not of ranking."""


def chosen(means: Mapping[Fusion, float], queries: int, least: int) -> Fusion:
    """Return the fusion with the best mean over `queries` validation queries.

    With fewer than `least` queries, or without any mean, it is the even one; of equally good ones the nearest to even,
    and of two as near the one that trusts words more, because they need no training.
    """
    if queries < least or not means:
        return EVEN
    best = round(max(means.values()), _DIGITS)
    equal: Sequence[Fusion] = [fusion for fusion, mean in means.items() if round(mean, _DIGITS) == best]
    return min(equal, key=lambda fusion: (round(abs(fusion.dense - EVEN.dense), _DIGITS), fusion.dense, fusion.k))
