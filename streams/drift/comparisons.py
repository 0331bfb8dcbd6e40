"""How signals compare a window with its reference: a share of cases, or a number that should be high.

Both give p by permutation of clusters: one person's cases of a window belong together.
"""

from collections.abc import Callable

import numpy as np
from scipy.stats import ks_2samp

from streams.drift.sample import Stack, Values
from streams.drift.signal import Measured
from streams.drift.statistics.chance import chance
from streams.drift.statistics.effect import cliffs_delta, cohens_h, cohens_hs
from streams.drift.statistics.permutation import Flags, Numbers, concordance, p_value, shares


def rising_share(signal: str, data: Stack, labels: Flags) -> Measured:
    """Return the share of hits among the signal's cases; its rise is the harm."""
    return _share(signal, data, labels, 1.0)


def falling_share(signal: str, data: Stack, labels: Flags) -> Measured:
    """Return the share of hits among the signal's cases; its fall is the harm."""
    return _share(signal, data, labels, -1.0)


def falling_value(
    signal: str, data: Stack, labels: Flags, values: Values, centre: Callable[[Numbers], np.floating]
) -> Measured:
    """Return the `centre` of single observations on either side; lower ones than in the reference are the harm.

    The detail tells the greatest distance of the two distributions (Kolmogorov and Smirnov), 0 when a side is empty.
    """
    lower = 1 - concordance(labels, values.cluster, values.value)
    here = data.in_window[values.cluster]
    window, reference = values.value[here], values.value[~here]
    value, before = (float(centre(side)) if len(side) else 0.0 for side in (window, reference))
    distance = float(ks_2samp(window, reference, method="asymp").statistic) if len(window) and len(reference) else 0.0
    return Measured(
        signal, value, before, cliffs_delta(float(lower[0])), p_value(lower), *data.sizes(values.cluster),
        chance(2 * lower - 1), {"kolmogorov_smirnov": round(distance, 4)},
    )  # fmt: skip


def _share(signal: str, data: Stack, labels: Flags, harm: float) -> Measured:
    counts = data.counts[signal]
    inside, outside = shares(labels, counts.hits, counts.cases)
    here, has = data.in_window, np.flatnonzero(counts.cases > 0)
    return Measured(
        signal, float(inside[0]), float(outside[0]), harm * cohens_h(float(inside[0]), float(outside[0])),
        p_value(harm * (inside - outside)),
        int(counts.cases[~here].sum()), int(counts.cases[here].sum()), *data.people(has),
        chance(harm * cohens_hs(inside, outside)),
    )  # fmt: skip
