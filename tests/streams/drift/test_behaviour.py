"""What counts as satisfied, as the same need again, as one sitting."""

import pytest

from streams.drift.behaviour import Search, is_reformulation, is_satisfied, search_sessions
from streams.pairs.search_click import SearchClickRules
from streams.sessions.rules import SessionRules
from tests.streams.drift.searching import CONFIG, LONG, SHORT, UNKNOWN, asked


@pytest.mark.parametrize(
    ("search", "answer"),
    [
        (asked("q", opened=(LONG,)), True),
        (asked("q", opened=(UNKNOWN,)), True),
        (asked("q", opened=(SHORT,)), False),
        (asked("q", opened=(SHORT, LONG)), True),
        (asked("q", assistant=True, cited=("d1",)), True),
        (asked("q"), False),
    ],
)
def test_satisfied_needs_a_visit_of_some_length_or_a_citation(search: Search, answer: bool) -> None:
    assert is_satisfied(search, CONFIG) is answer


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [
        (asked("reset password"), asked("reset my password", 60), True),
        (asked("reset password"), asked("password policy", 60), True),
        (asked("reset password"), asked("holiday calendar", 60), False),
        (asked("reset password"), asked("Reset  password", 60), False),
        (asked("reset password"), asked("reset my password", 301), False),
        (asked("reset password", opened=(LONG,)), asked("reset my password", 60), False),
    ],
)
def test_a_reformulation_is_soon_similar_and_after_a_failure(first: Search, second: Search, answer: bool) -> None:
    assert is_reformulation(first, second, CONFIG) is answer


def test_sessions_end_at_the_gap_exactly() -> None:
    own = [asked("a"), asked("b", 1_799), asked("c", 1_799 + 1_800)]
    assert [[s.query for s in session] for session in search_sessions(own, CONFIG)] == [["a", "b"], ["c"]]


def test_gap_and_dwell_are_those_of_sessions_and_pairs() -> None:
    rules = CONFIG.model_copy(
        update={"sessions": SessionRules(gap_s=60), "search_click": SearchClickRules(satisfied_s=5.0)}
    )
    assert len(search_sessions([asked("a"), asked("b", 60)], rules)) == 2
    assert len(search_sessions([asked("a"), asked("b", 59)], rules)) == 1
    assert is_satisfied(asked("q", opened=(SHORT,)), rules)


def test_only_a_list_that_showed_something_is_a_list() -> None:
    assert asked("q").is_list
    assert not asked("q", shown=0).is_list
    assert not asked("q", assistant=True).is_list
