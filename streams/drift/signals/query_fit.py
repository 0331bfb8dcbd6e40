"""query_fit: how well do the titles that are found fit the query? The value is the median of the best cosines."""

import numpy as np

from streams.drift.comparisons import falling_value
from streams.drift.sample import Stack, Values
from streams.drift.signal import Measured, Signal, Threshold
from streams.drift.statistics.permutation import Flags


def measure(data: Stack, labels: Flags, seed: int) -> Measured:
    """Compare the queries for which something with a title was shown."""
    known = ~np.isnan(data.fit)
    return falling_value(SIGNAL.name, data, labels, Values(data.query_cluster[known], data.fit[known]), np.median)


SIGNAL = Signal(
    name="query_fit",
    reading_order=30,
    threshold=Threshold(0.2, "Cliff's delta", "a little above small: titles fit worse than they did"),
    counted="query",
    measure=measure,
)
