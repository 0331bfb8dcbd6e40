"""session_satisfaction: search sessions in which something satisfied."""

from collections.abc import Sequence

from streams.drift.behaviour import BehaviourRules, Search, is_satisfied, search_sessions
from streams.drift.comparisons import falling_share
from streams.drift.sample import Stack
from streams.drift.signal import Measured, Signal, Threshold
from streams.drift.statistics.permutation import Flags


def tally(searches: Sequence[Search], rules: BehaviourRules) -> tuple[int, int]:
    """Return the sessions with a satisfied search, and all sessions."""
    sessions = search_sessions(searches, rules)
    return sum(any(is_satisfied(search, rules) for search in session) for session in sessions), len(sessions)


def measure(data: Stack, labels: Flags, seed: int) -> Measured:
    """Compare the share; its fall is the harm."""
    return falling_share(SIGNAL.name, data, labels)


SIGNAL = Signal(
    name="session_satisfaction",
    reading_order=80,
    threshold=Threshold(0.2, "Cohen's h", "small: 70 % of search sessions that found something become 60 %"),
    counted="case",
    measure=measure,
    tally=tally,
)
