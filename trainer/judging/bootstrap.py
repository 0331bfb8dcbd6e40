"""The mean of paired differences with its interval, drawing whole groups again: cluster bootstrap. Pure.

The unit that is drawn again is the group of queries about one document: they rise and fall together, and drawing them
singly would make the interval too narrow (cluster bootstrap: Davison and Hinkley, "Bootstrap Methods", 1997, 3.8;
paired bootstrap for rankings: Smucker, Allan and Carterette, "A comparison of statistical significance tests for
information retrieval evaluation", 2007). Percentiles are taken as far out as few groups need: by Student's t and the
divisor n - 1 (Hesterberg, "What Teachers Should Know About the Bootstrap", 2015, 5.3). Far out in the tails percentiles
of zero-heavy differences are still too narrow, so an interval is never narrower than Student's own (measured:
`python -m bench gate`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

Array = npt.NDArray[np.float64]

_NORMAL = NormalDist()
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean difference with its bootstrap interval, over `queries` in `groups` independent groups.

    `error` is the standard error of the mean.
    """

    mean: float
    low: float
    high: float
    queries: int
    groups: int
    error: float = 0.0


@dataclass(frozen=True, slots=True)
class Draws:
    """The mean of the differences, and its value in every draw, sorted."""

    mean: float
    means: Array
    queries: int
    groups: int

    def interval(self, level: float) -> Interval:
        """Return the interval that leaves out `level` (0 to 0.5) on each side."""
        if not self.queries:
            return Interval(0.0, 0.0, 0.0, 0, 0)
        error = float(self.means.std() * sqrt(self.groups / max(1, self.groups - 1)))
        if self.groups < 2:
            return Interval(self.mean, -1.0, 1.0, self.queries, self.groups, error)
        away = float(stdtrit(self.groups - 1, 1 - level))
        tail = _NORMAL.cdf(-away * sqrt(self.groups / (self.groups - 1)))
        low, high = (float(end) for end in np.quantile(self.means, [tail, 1 - tail]))
        low, high = min(low, self.mean - away * error), max(high, self.mean + away * error)
        return Interval(self.mean, low, high, self.queries, self.groups, error)

    def chance_of_no_loss(self) -> float:
        """Return the one-sided p-value of a loss: the level from which on the interval lies below zero."""
        if self.groups < 2:
            return 1.0
        above = (1 + len(self.means) - int(np.searchsorted(self.means, 0.0))) / (1 + len(self.means))
        t = _NORMAL.inv_cdf(min(above, 1 - 1e-12)) * sqrt((self.groups - 1) / self.groups)
        return float(stdtr(self.groups - 1, t))


def drawn(differences: Array, groups: Sequence[int], resamples: int, seed: int) -> Draws:
    """Draw whole groups with replacement, `resamples` times; the same seed gives the same draws."""
    if not len(differences):
        return Draws(0.0, np.zeros(0), 0, 0)
    _, member = np.unique(np.asarray(groups), return_inverse=True)
    sums, sizes = np.bincount(member, weights=differences), np.bincount(member)
    rng = np.random.default_rng(seed)
    means = np.empty(resamples)
    for start in range(0, resamples, _AT_ONCE):
        chosen = rng.integers(0, len(sums), size=(min(_AT_ONCE, resamples - start), len(sums)))
        means[start : start + _AT_ONCE] = sums[chosen].sum(axis=1) / sizes[chosen].sum(axis=1)
    return Draws(float(differences.mean()), np.sort(means), len(differences), len(sums))


def queries_needed(found: Interval, gain: float, level: float, power: float) -> int:
    """Return how many queries show a gain with this chance: an interval at `level` lies above zero.

    Queries are taken to differ, and to come in groups, as those that were judged.
    """
    deviations = _NORMAL.inv_cdf(1 - level) + _NORMAL.inv_cdf(power)
    return ceil(found.queries * (deviations * found.error / gain) ** 2)
