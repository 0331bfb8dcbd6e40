"""How likely each rank is looked at, learned from documents that stood at several ranks for one query.

Rankings change by themselves: a cutover, a changed document, a tie. Where one document was shown for one query at
several ranks, the difference in click rates is due to the ranks: a natural intervention (Agarwal, Zaitsev, Wang, Li,
Najork and Joachims, "Estimating position bias without intrusive interventions", 2019). By the position-based model a
click needs that the rank is examined and that the document is relevant. Conditional on a document's clicks, their ranks
depend on the propensities alone: the conditional likelihood is maximised.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from operations.periods import Period
from stores.warehouse import Row, Warehouse

RANKS = 10
"""Ranks that are looked at."""

LEAST_OPENINGS = 20
"""Openings at a rank below which its propensity is not estimated."""

_MOST = 100_000
"""Rows of documents and ranks that are read."""

_RESAMPLES, _SEED = 100, 7

_FURTHEST = 9.0
"""The logarithm of a propensity lies within this, so that a rank that was never opened has one."""

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Propensity:
    """How likely a rank is examined, relative to the first; None where too few openings connect it to the first.

    `people` is how often somebody was first shown such a document at the rank, `openings` how often it was opened then;
    `low` and `high` are the ends of a 95 % interval over queries.
    """

    rank: int
    people: int
    openings: int
    chance: float | None = None
    low: float | None = None
    high: float | None = None


def read(warehouse: Warehouse, tenant: str, period: Period) -> tuple[Propensity, ...]:
    """Return the propensities estimated from a period's searches. Raises `Retryable`."""
    return estimated(
        warehouse.query("rank_swaps", tenant=tenant, ranks=RANKS, most=_MOST, **period.parameters()), RANKS
    )


def estimated(rows: Sequence[Row], ranks: int) -> tuple[Propensity, ...]:
    """Return the propensity of each rank, from rows of `rank_swaps`; intervals by bootstrap over queries. Pure."""
    if not rows:
        return tuple(Propensity(rank, 0, 0) for rank in range(1, ranks + 1))
    (pair, asked), (rank, people, openers) = (
        [np.unique([row[name] for row in rows], return_inverse=True)[1] for name in ("pair", "asked")],
        [np.array([row[name] for row in rows], dtype=np.float64) for name in ("rank", "people", "openers")],
    )
    at = rank.astype(np.int64) - 1
    shown, opened = (np.bincount(at, weights=each, minlength=ranks) for each in (people, openers))
    estimable = opened >= LEAST_OPENINGS
    estimable &= _connected(pair, at, openers, estimable)
    draw = np.random.default_rng(_SEED)
    queries = int(asked.max()) + 1
    whole, bootstrapped = _chances(pair, at, people, openers, estimable), list[Array]()
    for _ in range(_RESAMPLES):
        times = np.bincount(draw.integers(0, queries, queries), minlength=queries)[asked]
        bootstrapped.append(_chances(pair, at, people, openers * times, estimable))
    low, high = np.quantile(np.array(bootstrapped), (0.025, 0.975), axis=0)
    return tuple(
        Propensity(n + 1, int(shown[n]), int(opened[n]), float(whole[n]), float(low[n]), float(high[n]))
        if estimable[n]
        else Propensity(n + 1, int(shown[n]), int(opened[n]))
        for n in range(ranks)
    )


def exponent(found: Sequence[Propensity]) -> float | None:
    """Return the eta by which rank^-eta fits best, ranks weighed by openings; None with only the first. Pure."""
    known = [(np.log(p.rank), np.log(p.chance), p.openings) for p in found if p.rank > 1 and p.chance]
    if not known:
        return None
    ranks, chances, weights = np.array(known).T
    return float(-(weights * ranks * chances).sum() / (weights * ranks**2).sum())


def _chances(pair: Whole, at: Whole, people: Array, openers: Array, estimable: NDArray[np.bool_]) -> Array:
    """Return the maximum of the conditional likelihood of the ranks at which each document was opened."""
    pair, at, shown, opened = pair[estimable[at]], at[estimable[at]], people[estimable[at]], openers[estimable[at]]
    free = np.flatnonzero(estimable)[1:]
    if not len(free):
        return np.ones(len(estimable))
    total, by_rank = np.bincount(pair, weights=opened), np.bincount(at, weights=opened, minlength=len(estimable))
    logs, bounds = np.zeros(len(estimable)), [(-_FURTHEST, _FURTHEST)] * len(free)

    def negative_log_likelihood(parameters: Array) -> tuple[float, Array]:
        logs[free] = parameters
        weights = shown * np.exp(logs[at])
        sums = np.bincount(pair, weights=weights)
        expected = np.bincount(at, weights=total[pair] * weights / sums[pair], minlength=len(estimable))
        value = (opened * logs[at]).sum() - (total * np.log(np.maximum(sums, 1e-300)))[total > 0].sum()
        return -float(value), np.asarray((expected - by_rank)[free], dtype=np.float64)

    best = minimize(negative_log_likelihood, np.zeros(len(free)), jac=True, method="L-BFGS-B", bounds=bounds)
    logs[free] = best.x
    return np.exp(logs)


def _connected(pair: Whole, at: Whole, openers: Array, estimable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the ranks that share enough openings of the same documents with the first one, directly or by others."""
    connected, ranks = np.zeros(len(estimable), dtype=bool), len(estimable)
    connected[0] = estimable[0]
    for _ in range(ranks):
        inside = connected[at] & (openers > 0)
        known = np.bincount(pair, weights=openers * inside, minlength=int(pair.max()) + 1)
        shared = np.bincount(at, weights=openers * (known[pair] > 0), minlength=ranks)
        before = np.array([known[np.unique(pair[at == rank])].sum() for rank in range(ranks)])
        connected = connected | (estimable & (shared >= LEAST_OPENINGS) & (before >= LEAST_OPENINGS))
    return connected
