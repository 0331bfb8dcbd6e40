"""citation_click: the assistant's answers of which a citation was opened."""

from collections.abc import Sequence

from streams.drift.behaviour import BehaviourRules, Search
from streams.drift.comparisons import falling_share
from streams.drift.sample import Stack
from streams.drift.signal import Measured, Signal, Threshold
from streams.drift.statistics.permutation import Flags


def tally(searches: Sequence[Search], rules: BehaviourRules) -> tuple[int, int]:
    """Return answers with an opened citation, and all answers."""
    answers = [search for search in searches if search.assistant]
    return sum(bool(answer.cited) for answer in answers), len(answers)


def measure(data: Stack, labels: Flags, seed: int) -> Measured:
    """Compare the share; its fall is the harm."""
    return falling_share(SIGNAL.name, data, labels)


SIGNAL = Signal(
    name="citation_click",
    reading_order=90,
    threshold=Threshold(0.2, "Cohen's h", "small: 30 % of answers with an opened citation become 21 %"),
    counted="case",
    measure=measure,
    tally=tally,
)
