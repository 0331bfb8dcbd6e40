"""zero_click: lists of which nothing was opened."""

from streams.drift.signals.zero_click import SIGNAL
from tests.streams.drift.searching import SHORT, asked, tallied


def test_a_list_without_an_opening_is_a_hit_however_short_the_visit() -> None:
    assert tallied(SIGNAL, asked("a"), asked("b", opened=(SHORT,)), asked("c")) == (2, 3)


def test_answers_and_empty_lists_are_no_cases() -> None:
    assert tallied(SIGNAL, asked("q", assistant=True), asked("q", shown=0)) == (0, 0)
