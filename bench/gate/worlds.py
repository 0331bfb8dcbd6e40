"""Scores of held-out queries with a known true difference: zero-heavy, in steps of ranks, alike within a group.

A query's nDCG@10 is that of one relevant document at a rank. Most queries do not move. Groups, of one to a dozen
queries, move together. A gain comes by queries whose document the candidate ranks at half the rank that live gave it,
so the mean difference is exact. What else moves is without effect, in one of these shapes:

even         live and candidate change places: a query won by one is as often won by the other
more losses  five move up from rank 2 to 1 for every three that fall from rank 1 to 5, and the mean is zero
more gains   the other way round
unseen       one loss of rank 1 to 5 for every five gains of rank 3 to 2: often no loss is among the queries at all

Behaviours of models that differ in none of them: 20 to 60 tests, of which 5 or 10 % turn for the worse, and as many for
the better; those of the largest are in groups, as paraphrases are.

Groups and noise are those of demos: 360 queries in about 190 groups, and a standard error of 0.15 to 0.18 over the root
of the queries.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from retrieval import metrics
from trainer.judging.bootstrap import Array
from trainer.judging.gate import Scores
from trainer.judging.model_tests import Tally

SHAPES = ("even", "more losses", "more gains")
UNSEEN = "unseen"

Groups = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_NDCG = np.array([metrics.ndcg([*map(str, range(rank)), "sought"], {"sought": 1.0}, 10) for rank in range(11)])
_GOOD = np.array([0.76, 0.10, 0.04, 0.02, 0.02, 0.01, 0.01, 0.005, 0.005, 0.0, 0.03])
_BAD = np.array([0.40, 0.26, 0.12, 0.07, 0.04, 0.02, 0.02, 0.01, 0.01, 0.0, 0.05])
"""How likely a document is at rank 1 to 10, or below, where a ranking is good and where it is bad."""

_HALVED = np.arange(len(_NDCG)) // 2
_STEP = float(_BAD @ (_NDCG[_HALVED] - _NDCG))
_MOVED, _WITHIN = 0.25, 0.6
"""Share of the groups that move without effect, and of the queries of such a group."""

_RISE = {"more losses": (1, 0), "more gains": (1, 0), UNSEEN: (2, 1)}
_FALL = (0, 4)
_SLICES = 15

_BEHAVIOURS = {
    "acronym": (20, 0.05, 1),
    "general": (20, 0.1, 1),
    "key document": (40, 0.05, 1),
    "paraphrase": (60, 0.1, 2),
}
"""Tests of each, the share of groups that turn to either side, and the tests of a group."""
_PASSED = 0.7
"""Share of the groups that pass, of those that do not turn."""


@dataclass(frozen=True, slots=True)
class Effect:
    """The true mean difference, 0 to about 0.15, and the shape of what moves without effect."""

    gain: float
    shape: str = "even"


def drawn(queries: int, effect: Effect, rng: np.random.Generator) -> Scores:
    """Return the scores of so many queries, in groups, with fifteen slices that differ in nothing."""
    groups = np.repeat(np.arange(queries), np.minimum(rng.geometric(0.53, size=queries), 12))[:queries]
    live, candidate = _level(groups, rng) if effect.shape == "even" else _lopsided(groups, effect.shape, rng)
    share = sqrt(effect.gain / _STEP)
    gaining = _chosen(groups, share, share, rng)
    ranks = rng.choice(len(_NDCG), size=int(gaining.sum()), p=_BAD)
    live[gaining], candidate[gaining] = _NDCG[ranks], _NDCG[_HALVED[ranks]]
    return Scores(candidate, live, groups.tolist(), _slices(groups, rng))


def behaviours(rng: np.random.Generator) -> dict[str, Tally]:
    """Return what became of behaviours in which neither model is better; draws nothing from `rng` itself."""
    (own,) = rng.spawn(1)
    return {name: _turned(tests, share, size, own) for name, (tests, share, size) in _BEHAVIOURS.items()}


def _turned(tests: int, share: float, size: int, rng: np.random.Generator) -> Tally:
    """Return the tally of tests in groups that turn as a whole."""
    lost, won, kept = rng.multinomial(tests // size, [share, share, 1 - 2 * share]).tolist()
    passed = int(rng.binomial(kept, _PASSED))
    return Tally(tests, (passed + lost) * size, (passed + won) * size, tests // size, lost, won)


def _level(groups: Groups, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return scores of which neither side is better, by exchange of the two."""
    live = rng.choice(_NDCG, size=len(groups), p=_GOOD)
    candidate = live.copy()
    moved = _chosen(groups, _MOVED, _WITHIN, rng)
    better = _of_groups(groups, 0.5, rng)
    good, bad = (rng.choice(_NDCG, size=len(groups), p=likely) for likely in (_GOOD, _BAD))
    live[moved] = np.where(better, bad, good)[moved]
    candidate[moved] = np.where(better, good, bad)[moved]
    return live, candidate


def _lopsided(groups: Groups, shape: str, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return scores that rise often by little and fall rarely by more, or the other way round, with the mean zero."""
    (before, after), (high, low) = _RISE[shape], _FALL
    rise, fall = _NDCG[after] - _NDCG[before], _NDCG[high] - _NDCG[low]
    falling = _of_groups(groups, float(rise / (rise + fall)), rng)
    live = rng.choice(_NDCG, size=len(groups), p=_GOOD)
    candidate = live.copy()
    moved = _chosen(groups, _MOVED, _WITHIN, rng)
    first, second = np.where(falling, _NDCG[high], _NDCG[before]), np.where(falling, _NDCG[low], _NDCG[after])
    if shape == "more gains":
        first, second = second, first
    live[moved], candidate[moved] = first[moved], second[moved]
    return live, candidate


def _chosen(groups: Groups, of_groups: float, of_queries: float, rng: np.random.Generator) -> Mask:
    """Return which queries are chosen: a share of those of a share of the groups."""
    return _of_groups(groups, of_groups, rng) & (rng.random(len(groups)) < of_queries)


def _of_groups(groups: Groups, share: float, rng: np.random.Generator) -> Mask:
    return np.asarray(rng.random(groups[-1] + 1)[groups] < share, dtype=np.bool_)


def _slices(groups: Groups, rng: np.random.Generator) -> list[tuple[str, ...]]:
    """Return for each query its slices: of each kind of three, one, by group."""
    kinds = [rng.integers(0, 3, size=groups[-1] + 1) for _ in range(_SLICES // 3)]
    return [tuple(f"kind {n} is {kind[group]}" for n, kind in enumerate(kinds)) for group in groups]
