"""click_through: the opened among the shown results of list searches. A result opened twice is one opened result."""

from collections.abc import Sequence

from streams.drift.behaviour import BehaviourRules, Search
from streams.drift.comparisons import falling_share
from streams.drift.sample import Stack
from streams.drift.signal import Measured, Signal, Threshold
from streams.drift.statistics.permutation import Flags


def tally(searches: Sequence[Search], rules: BehaviourRules) -> tuple[int, int]:
    """Return opened and shown results."""
    lists = [search for search in searches if search.is_list]
    return sum(len({o.document for o in s.opened}) for s in lists), sum(s.shown for s in lists)


def measure(data: Stack, labels: Flags, seed: int) -> Measured:
    """Compare the share; its fall is the harm."""
    return falling_share(SIGNAL.name, data, labels)


SIGNAL = Signal(
    name="click_through",
    reading_order=40,
    threshold=Threshold(0.1, "Cohen's h", "few shown results are opened: 6 or 4 %"),
    counted="case",
    measure=measure,
    tally=tally,
)
