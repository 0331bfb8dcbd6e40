"""How surely something changed: permutation tests over people's days.

Searches of one person on one day belong together, so the independent unit (the *cluster*) is a person in a window, not
a search. Under "no change" clusters are exchangeable between reference and window; relabelling them gives the null
distribution of any statistic without a formula for its variance (Fisher 1935; Ernst 2004, "Permutation methods: a basis
for exact inference"). Treating searches as independent instead would alarm far too often.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]

_TIE = 1e-9
"""Differences below this are rounding: such relabellings count as equal to what was observed."""


def relabellings(in_window: Flags, count: int, seed: int) -> Flags:
    """Return labels of shape (count + 1, clusters): row 0 as observed, the others with the same number of ones.

    `in_window` says for each cluster whether it belongs to the window (else to the reference).
    """
    rows = np.tile(in_window, (count + 1, 1))
    np.random.default_rng(seed).permuted(rows[1:], axis=1, out=rows[1:])
    return rows


def p_value(statistics: Numbers) -> float:
    """Return the one-sided p of `statistics[0]` among all: the share that is at least as large, itself included.

    Counting the observation makes the test exact with few relabellings and p never 0 (Phipson & Smyth 2010).
    """
    return float(np.mean(statistics >= statistics[0] - _TIE))


def shares(labels: Flags, hits: Numbers, cases: Numbers) -> tuple[Numbers, Numbers]:
    """Return the share of hits among cases, in the window and in the reference, for each row of `labels`.

    `hits` and `cases` are sums of each cluster, shape (clusters,). A side without cases has share 0.
    """
    flags = labels.astype(np.float64)
    hits_in, cases_in = flags @ hits, flags @ cases
    return _ratio(hits_in, cases_in), _ratio(hits.sum() - hits_in, cases.sum() - cases_in)


def concordance(labels: Flags, cluster_of: Indices, values: Numbers) -> Numbers:
    """Return P(window value > reference value) + P(equal) / 2 for each row of `labels`, shape (rows,).

    This is Mann and Whitney's U divided by its greatest value, the area under the ROC curve (Bamber 1975). `values` and
    `cluster_of` have one entry an observation. 0.5 when a side is empty.
    """
    clusters = labels.shape[1]
    flags = labels.astype(np.float64)
    rank_sums = flags @ np.bincount(cluster_of, weights=rankdata(values), minlength=clusters)
    ones = flags @ np.bincount(cluster_of, minlength=clusters)
    zeros = len(values) - ones
    u = rank_sums - ones * (ones + 1) / 2
    return np.divide(u, ones * zeros, out=np.full_like(u, 0.5), where=(ones > 0) & (zeros > 0))


def _ratio(part: Numbers, whole: Numbers) -> Numbers:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
