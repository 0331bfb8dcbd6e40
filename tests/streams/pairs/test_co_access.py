import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.pairs.co_access import CoAccessRules, neighbours
from streams.sessions.rules import Access

RULES = CoAccessRules(window_s=100, lookahead=3, max_pairs=4)


def _session(*opened: tuple[int, str]) -> list[Access]:
    return [(seconds * 1_000, f"e{i}", document) for i, (seconds, document) in enumerate(opened)]


def _told(*opened: tuple[int, str]) -> list[tuple[str, str, float]]:
    session = _session(*opened)
    return [(session[i][2], session[j][2], weight) for i, j, weight in neighbours(session, RULES)]


def test_the_weight_falls_with_the_distance_in_time() -> None:
    assert _told((0, "a"), (25, "b"), (100, "c")) == [("a", "b", 0.75), ("b", "c", 0.25)]


def test_a_document_never_goes_with_itself() -> None:
    assert _told((0, "a"), (1, "a"), (2, "a")) == []


def test_two_documents_count_once_by_their_closest_accesses() -> None:
    ((first, second, weight),) = _told((0, "a"), (50, "b"), (60, "a"))
    assert (first, second) == ("b", "a")
    assert weight == pytest.approx(0.9)


def test_only_the_next_few_accesses_are_looked_at() -> None:
    assert ("a", "e") not in {result[:2] for result in _told((0, "a"), (1, "b"), (2, "c"), (3, "d"), (4, "e"))}


def test_a_session_gives_a_bounded_number_of_pairs_the_closest_ones() -> None:
    result = _told((0, "a"), (10, "b"), (30, "c"), (60, "d"), (100, "e"))
    assert result == [("a", "b", 0.9), ("b", "c", 0.8), ("a", "c", 0.7), ("c", "d", 0.7)]


@given(st.lists(st.tuples(st.integers(0, 300), st.sampled_from("abcdef")), max_size=30))
def test_whatever_the_session(opened: list[tuple[int, str]]) -> None:
    session = sorted(_session(*opened))
    found = neighbours(session, RULES)
    assert len(found) <= RULES.max_pairs
    assert len({frozenset((session[i][2], session[j][2])) for i, j, _ in found}) == len(found)
    for i, j, weight in found:
        assert 0 < weight <= 1
        assert i < j <= i + RULES.lookahead
        assert session[i][2] != session[j][2]
    assert [weight for *_, weight in found] == sorted((weight for *_, weight in found), reverse=True)
