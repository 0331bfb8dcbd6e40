"""click_rank: how high stands the best result that is opened? The value is the mean reciprocal rank."""

import numpy as np

from streams.drift.behaviour import Search
from streams.drift.comparisons import falling_value
from streams.drift.sample import Stack
from streams.drift.signal import Measured, Signal, Threshold
from streams.drift.statistics.permutation import Flags


def value(search: Search) -> float | None:
    """Return the reciprocal rank of the best opened result; None for a search without an opening from a list."""
    if search.assistant or not search.opened:
        return None
    return 1.0 / min(opening.rank for opening in search.opened)


def measure(data: Stack, labels: Flags, seed: int) -> Measured:
    """Compare the searches with an opening; a lower reciprocal rank is the harm."""
    return falling_value(SIGNAL.name, data, labels, data.values[SIGNAL.name], np.mean)


SIGNAL = Signal(
    name="click_rank",
    reading_order=50,
    threshold=Threshold(0.2, "Cliff's delta", "a little above small: people have to look further down"),
    counted="case",
    measure=measure,
    value=value,
)
