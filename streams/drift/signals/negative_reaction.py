"""negative_reaction: the noes among all yeses and noes to answers that were not withdrawn."""

from collections.abc import Sequence

from streams.drift.behaviour import BehaviourRules, Search
from streams.drift.comparisons import rising_share
from streams.drift.sample import Stack
from streams.drift.signal import Measured, Signal, Threshold
from streams.drift.statistics.permutation import Flags
from streams.pairs.reaction import strength


def tally(searches: Sequence[Search], rules: BehaviourRules) -> tuple[int, int]:
    """Return the noes, and all reactions that mean a yes or a no."""
    votes = [strength(reaction, rules.reaction) for search in searches for reaction in search.reactions]
    return sum(vote < 0 for vote in votes), sum(vote != 0 for vote in votes)


def measure(data: Stack, labels: Flags, seed: int) -> Measured:
    """Compare the share; its rise is the harm."""
    return rising_share(SIGNAL.name, data, labels)


SIGNAL = Signal(
    name="negative_reaction",
    reading_order=100,
    threshold=Threshold(0.2, "Cohen's h", "small: 10 % of noes become 17 %"),
    counted="case",
    measure=measure,
    tally=tally,
)
