"""reformulation: searches without a satisfying opening that the same person put in other, similar words soon after."""

from collections.abc import Sequence
from itertools import pairwise

from streams.drift.behaviour import BehaviourRules, Search, is_reformulation
from streams.drift.comparisons import rising_share
from streams.drift.sample import Stack
from streams.drift.signal import Measured, Signal, Threshold
from streams.drift.statistics.permutation import Flags


def tally(searches: Sequence[Search], rules: BehaviourRules) -> tuple[int, int]:
    """Return the searches that were put again in other words, and all searches."""
    return sum(is_reformulation(first, second, rules) for first, second in pairwise(searches)), len(searches)


def measure(data: Stack, labels: Flags, seed: int) -> Measured:
    """Compare the share; its rise is the harm."""
    return rising_share(SIGNAL.name, data, labels)


SIGNAL = Signal(
    name="reformulation",
    reading_order=70,
    threshold=Threshold(0.2, "Cohen's h", "small: 5 % of searches that were put again become 10 %"),
    counted="case",
    measure=measure,
    tally=tally,
)
