"""citation_click: answers of which a citation was opened."""

from streams.drift.signals.citation_click import SIGNAL
from tests.streams.drift.searching import LONG, asked, tallied


def test_answers_are_the_cases_and_lists_are_not() -> None:
    searches = (asked("a", assistant=True, cited=("d9", "d8")), asked("b", assistant=True), asked("c", opened=(LONG,)))
    assert tallied(SIGNAL, *searches) == (1, 2)
