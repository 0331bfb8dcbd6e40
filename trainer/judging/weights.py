"""Which fusion a model gets: the weight that ranks its validation queries best, of a few. Pure.

Test queries have no part in it, and candidate and live choose alike, so that neither is helped by the choice. The grid
is coarse because some dozen queries cannot tell finer steps apart. For the same reason the best one is not taken as it
is: of all that are as good within one standard error the simplest is (Breiman, Friedman, Olshen and Stone,
"Classification and Regression Trees", 1984, 3.4.3), or live would be judged by weights worse than those that it serves
with. The grid ends before either ranking counts for nothing: an exact name that nobody clicked on yet is found by
words, a new wording by meaning. How much clicked queries count is chosen with it, where there are any.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from schemas.fusion import EVEN, Fusion

Scores = npt.NDArray[np.float64]

GRID: tuple[Fusion, ...] = tuple(Fusion(dense=hundredths / 100) for hundredths in (*range(10, 100, 10), 95))
"""What is tried: the ranking by meaning counts for 10 to 90 %, in steps of 10, or 95 %, where tuned models do best."""

CLICKED = (0.0, 0.5, 0.9)
"""How much of the share of words is tried with clicked queries."""

WITH_CLICKED: tuple[Fusion, ...] = tuple(Fusion(dense=one.dense, clicked=share) for share in CLICKED for one in GRID)
"""What is tried where documents have clicked queries."""

WORDS: tuple[Fusion, ...] = tuple(Fusion(dense=0.0, clicked=share) for share in CLICKED[1:])
"""What is tried of words and clicked queries without any encoder: the baseline that one has to beat."""

_DIGITS = 6
"""Differences below are of arithmetic, not of ranking."""


def chosen(scores: Mapping[Fusion, Scores], least: int, otherwise: Fusion = EVEN) -> Fusion:
    """Return the simplest fusion whose mean score is the best, or less than one standard error below it.

    `scores` has each fusion's score of every validation query. With fewer than `least` queries, or without any score,
    it is `otherwise`. Simpler is the one with the smaller share of clicked queries, then the nearer to even, and of two
    as near the one that trusts words more, because they need no training.
    """
    queries = min(map(len, scores.values()), default=0)
    if queries < max(1, least):
        return otherwise
    best = max(scores.values(), key=lambda found: round(float(found.mean()), _DIGITS))
    equal: Sequence[Fusion] = [fusion for fusion, found in scores.items() if _as_good(best - found)]
    return min(equal, key=_complexity)


def _as_good(behind: Scores) -> bool:
    """Tell whether a mean is behind the best by no more than the standard error of the difference."""
    error = float(behind.std() / np.sqrt(len(behind)))
    return round(float(behind.mean()), _DIGITS) <= round(error, _DIGITS)


def _complexity(fusion: Fusion) -> tuple[float, ...]:
    return fusion.clicked, round(abs(fusion.dense - EVEN.dense), _DIGITS), fusion.dense, fusion.k
