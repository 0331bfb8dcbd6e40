"""What counts as a hit, search by search."""

from datetime import timedelta

import pytest

from streams.drift.behaviour import Behaviour, Opening, Search, count, is_reformulation, satisfied, sessions
from streams.drift.config import DriftConfig
from tests.streams.drift.people import MORNING

CONFIG = DriftConfig()
LONG, SHORT, UNKNOWN = Opening("d1", 2, 45.0), Opening("d2", 1, 5.0), Opening("d3", 4, -1.0)


def asked(query: str, seconds: float = 0, person: str = "ann", **rest: object) -> Search:
    known: dict[str, object] = {"shown": 10} | rest
    return Search(person, query, MORNING + timedelta(seconds=seconds), **known)  # type: ignore[arg-type]  # test short-hand


def tally(behaviour: Behaviour, signal: str) -> tuple[list[float], list[float]]:
    counts = behaviour.counts[signal]
    return counts.hits.tolist(), counts.cases.tolist()


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
    assert satisfied(search, CONFIG) is answer


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
    assert [[s.query for s in session] for session in sessions(own, CONFIG)] == [["a", "b"], ["c"]]


def test_counts_stand_beside_their_person() -> None:
    searches = [
        asked("reset password", 0),
        asked("reset my password", 60, opened=(LONG, SHORT)),
        asked("travel", 5_000),
        asked("vpn", 0, "bob", assistant=True, cited=("d9",), reactions=(":thumbsdown:", "+1", "eyes")),
        asked("wifi", 10, "bob", assistant=True),
    ]
    found = count(reversed(searches), ["ann", "bob"], CONFIG)
    assert tally(found, "click_through") == ([2, 0], [30, 0])
    assert tally(found, "zero_click") == ([2, 0], [3, 0])
    assert tally(found, "reformulation") == ([1, 0], [3, 2])
    assert tally(found, "session_satisfaction") == ([1, 1], [2, 1])
    assert tally(found, "citation_click") == ([0, 1], [0, 2])
    assert tally(found, "negative_reaction") == ([0, 1], [0, 2])
    assert (found.rank_person.tolist(), found.reciprocal_rank.tolist()) == ([0], [1.0])


def test_opening_a_document_twice_is_one_opened_result() -> None:
    found = count([asked("q", opened=(LONG, Opening("d1", 2, 3.0)))], ["ann"], CONFIG)
    assert tally(found, "click_through") == ([1], [10])
