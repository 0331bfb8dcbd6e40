"""Sessions from accesses: by gap and cap, the same in any order and however often an access is told."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.sessions.rules import Access, SessionRules, complete, distinct, session_id, split

GAP, MOST = 1_000, 5

ACCESSES = st.lists(
    st.tuples(
        st.integers(0, 20_000) | st.integers(0, 3),
        st.sampled_from(["e1", "e2", "e3", "e4", "e5"]),
        st.sampled_from(["d1", "d2"]),
    ),
    max_size=40,
)


def _at(*times: int) -> list[Access]:
    return [(time, f"e{i}", "d") for i, time in enumerate(times)]


def test_the_rules_are_said_in_milliseconds_too() -> None:
    rules = SessionRules(gap_s=2, lateness_s=3, idle_after_s=0.5, idle_close_s=1.5, lease_s=2.5)
    assert (rules.gap_ms, rules.lateness_ms, rules.idle_after_ms) == (2_000, 3_000, 500)
    assert (rules.idle_close_ms, rules.lease_ms) == (1_500, 2_500)


def test_a_gap_parts_two_sessions_and_less_does_not() -> None:
    assert split(_at(0, 999, 1_998), GAP, MOST) == [_at(0, 999, 1_998)]
    parted = split(_at(0, 1_000), GAP, MOST)
    assert [len(session) for session in parted] == [1, 1]


def test_long_sittings_are_cut_into_chunks_from_their_beginning() -> None:
    assert [len(session) for session in split(_at(*range(12)), GAP, MOST)] == [5, 5, 2]
    assert [len(session) for session in split(_at(*range(7), 5_000, 5_001), GAP, MOST)] == [5, 2, 2]


def test_nothing_gives_nothing() -> None:
    assert split([], GAP, MOST) == []
    assert complete([], 10_000, GAP, MOST) == 0


@given(ACCESSES, st.randoms(use_true_random=False))
def test_order_and_repeats_change_nothing(accesses: list[Access], chance: random.Random) -> None:
    again = accesses + accesses[: len(accesses) // 2]
    chance.shuffle(again)
    assert split(distinct(again), GAP, MOST) == split(distinct(accesses), GAP, MOST)


@given(ACCESSES)
def test_every_access_is_in_exactly_one_session_and_the_rule_holds(accesses: list[Access]) -> None:
    result = distinct(accesses)
    sessions = split(result, GAP, MOST)
    assert [access for session in sessions for access in session] == result
    for session in sessions:
        assert 1 <= len(session) <= MOST
        assert all(b[0] - a[0] < GAP for a, b in itertools.pairwise(session))
    for one, other in itertools.pairwise(sessions):
        assert other[0][0] - one[-1][0] >= GAP or len(one) == MOST


@given(ACCESSES)
def test_of_a_repeated_access_the_earliest_time_holds(accesses: list[Access]) -> None:
    for time, event, document in distinct(accesses):
        assert time == min(t for t, e, d in accesses if (e, d) == (event, document))


@pytest.mark.parametrize(("watermark", "count"), [(0, 0), (1_001, 0), (1_002, 1), (5_999, 1), (6_000, 2), (99_999, 2)])
def test_a_session_is_complete_a_gap_behind_the_watermark(watermark: int, count: int) -> None:
    sessions = split(_at(0, 2, 5_000), GAP, MOST)
    assert complete(sessions, watermark, GAP, MOST) == count


def test_a_full_chunk_is_complete_as_soon_as_the_watermark_is_past_it() -> None:
    sessions = split(_at(*range(100, 107)), GAP, MOST)
    assert complete(sessions, 104, GAP, MOST) == 0
    assert complete(sessions, 105, GAP, MOST) == 1


@given(ACCESSES, st.integers(0, 25_000), st.lists(st.integers(0, 20_000), max_size=10))
def test_what_comes_in_time_leaves_complete_sessions_as_they_are(
    accesses: list[Access], watermark: int, later: list[int]
) -> None:
    before = split(distinct(accesses), GAP, MOST)
    count = complete(before, watermark, GAP, MOST)
    in_time = [(watermark + time, f"l{i}", "d") for i, time in enumerate(later)]
    after = split(distinct([*accesses, *in_time]), GAP, MOST)
    assert after[:count] == before[:count]


@given(ACCESSES, st.integers(0, 25_000))
def test_removing_complete_sessions_leaves_the_others_as_they_are(accesses: list[Access], watermark: int) -> None:
    result = distinct(accesses)
    sessions = split(result, GAP, MOST)
    count = complete(sessions, watermark, GAP, MOST)
    closed = sessions[count - 1][-1][0] if count else -1
    left = [access for access in result if access[0] > closed]
    assert split(left, GAP, MOST) == sessions[count:]


def test_chunks_that_part_within_a_millisecond_are_complete_together() -> None:
    sessions = split(_at(*[100] * 12, 101), GAP, MOST)
    assert [len(session) for session in sessions] == [5, 5, 3]
    assert complete(sessions, 500, GAP, MOST) == 0
    assert complete(sessions, 1_101, GAP, MOST) == 3
    sessions = split(_at(*[100] * 5, *[101] * 8), GAP, MOST)
    assert complete(sessions, 500, GAP, MOST) == 1


def test_ids_tell_tenants_users_and_beginnings_apart() -> None:
    first = (1_000, "e", "d")
    ids = {session_id("t", "u", first), session_id("t2", "u", first), session_id("t", "u2", first),
           session_id("t", "u", (1_001, "e", "d")), session_id("t", "u", (1_000, "e2", "d"))}  # fmt: skip
    assert len(ids) == 5
    assert session_id("t", "u", first) == session_id("t", "u", first)
