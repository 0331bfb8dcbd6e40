"""session_satisfaction: search sessions in which something satisfied."""

from streams.drift.signals.session_satisfaction import SIGNAL
from tests.streams.drift.searching import LONG, SHORT, asked, tallied


def test_one_satisfied_search_satisfies_its_session() -> None:
    searches = (asked("a", opened=(SHORT,)), asked("b", 60, opened=(LONG,)), asked("c", 5_000, opened=(SHORT,)))
    assert tallied(SIGNAL, *searches) == (1, 2)
