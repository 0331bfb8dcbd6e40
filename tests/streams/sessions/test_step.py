"""One look at the open sessions: which partitions are said to be read here, before a portion is closed."""

from typing import Any, cast

from stores.access_log import AccessLog
from streams.sessions.closing import Closed, Closer
from streams.sessions.step import ClosingStep


class Watched:
    """Stands for the open sessions and their closer; keeps what it is asked, in order."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def assign(self, sources: frozenset[str], now: int) -> None:
        self.asked.append(("assign", set(sources), now))

    def close_portion(self, now: int) -> Closed:
        self.asked.append(("close", now))
        return Closed(3, 2, 7)


def _step() -> tuple[ClosingStep, list[Any]]:
    watched = Watched()
    return ClosingStep(cast(Closer, watched), cast(AccessLog, watched)), watched.asked


def test_partitions_are_assigned_before_a_portion_is_closed() -> None:
    step, asked = _step()
    assert step.step(frozenset("ab"), frozenset(), 5) == Closed(3, 2, 7)
    assert asked == [("assign", {"a", "b"}, 5), ("close", 5)]


def test_later_only_the_new_and_the_active_ones_hold_time_back() -> None:
    step, asked = _step()
    step.step(frozenset("ab"), frozenset(), 5)
    step.step(frozenset("abc"), frozenset("b"), 6)
    step.step(frozenset("abc"), frozenset(), 7)
    assert [call[1] for call in asked if call[0] == "assign"] == [{"a", "b"}, {"b", "c"}, set()]


def test_a_partition_that_went_away_and_came_back_is_new() -> None:
    step, asked = _step()
    for sources in ("ab", "a", "ab"):
        step.step(frozenset(sources), frozenset(), 5)
    assert [call[1] for call in asked if call[0] == "assign"] == [{"a", "b"}, set(), {"b"}]
