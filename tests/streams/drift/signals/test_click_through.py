"""click_through: opened among shown results of lists."""

from streams.drift.behaviour import Opening
from streams.drift.signals.click_through import SIGNAL
from tests.streams.drift.searching import LONG, SHORT, asked, tallied


def test_hits_are_opened_results_and_cases_are_shown_ones() -> None:
    searches = (asked("reset password"), asked("reset my password", 60, opened=(LONG, SHORT)), asked("travel", 5_000))
    assert tallied(SIGNAL, *searches) == (2, 30)


def test_opening_a_document_twice_is_one_opened_result() -> None:
    assert tallied(SIGNAL, asked("q", opened=(LONG, Opening("d1", 2, 3.0)))) == (1, 10)


def test_answers_and_empty_lists_show_nothing_to_choose_from() -> None:
    assert tallied(SIGNAL, asked("q", assistant=True), asked("q", shown=0)) == (0, 0)
