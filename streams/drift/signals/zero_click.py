"""zero_click: list searches after which nothing shown was opened."""

from collections.abc import Sequence

from streams.drift.behaviour import BehaviourRules, Search
from streams.drift.comparisons import rising_share
from streams.drift.sample import Stack
from streams.drift.signal import Measured, Signal, Threshold
from streams.drift.statistics.permutation import Flags


def tally(searches: Sequence[Search], rules: BehaviourRules) -> tuple[int, int]:
    """Return list searches without an opening, and all list searches."""
    lists = [search for search in searches if search.is_list]
    return sum(not search.opened for search in lists), len(lists)


def measure(data: Stack, labels: Flags, seed: int) -> Measured:
    """Compare the share; its rise is the harm."""
    return rising_share(SIGNAL.name, data, labels)


SIGNAL = Signal(
    name="zero_click",
    reading_order=60,
    threshold=Threshold(0.2, "Cohen's h", "small: 30 % of searches without an opening become 40 %"),
    counted="case",
    measure=measure,
    tally=tally,
)
