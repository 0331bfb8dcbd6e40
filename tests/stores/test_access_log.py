"""Open sessions on a real Redis: commutative, claimed atomically, removed only after writing."""

import random

import pytest

from stores import access_log, redis_client
from stores.access_log import Access, AccessLog, Claim, OpenUser, Source, user_key
from stores.settings import Settings
from tests.stores.access import IDLE_CLOSE, NOW, PACE, SOURCE, Log


def _users(claim: Claim) -> dict[str, list[Access]]:
    return {user.user: user.accesses for user in claim.users}


def _all(claim: Claim) -> list[int | None]:
    return [user.accesses[-1][0] if user.accesses else None for user in claim.users]


def test_nothing_is_due_before_the_watermark_is_a_gap_past_it(log: Log) -> None:
    log.record(("u", 1_000, "e1"))
    assert log.claim() == Claim(900, 0, [])
    log.record(("v", 2_099, "e2"))
    assert log.claim().users == []
    log.record(("v", 2_100, "e3"))
    claim = log.claim()
    assert claim.watermark == 2_000
    assert claim.users == [OpenUser("acme", "u", 0, [(1_000, "e1", "doc")])]


def test_what_is_finished_is_gone_and_what_is_open_stays(log: Log) -> None:
    log.record(("u", 1_000, "e1"), ("u", 1_500, "e2"), ("u", 9_000, "e3"), ("v", 9_500, "e4"))
    log.record(("w", 20_000, "e5"))
    claim = log.claim()
    assert _users(claim).keys() == {"u", "v"}
    closed: list[int | None] = [1_500 if user.user == "u" else 9_500 for user in claim.users]
    assert log.log.finish(claim, closed) == 0
    (left,) = log.claim().users
    assert left.accesses == [(9_000, "e3", "doc")]
    assert log.log.open_users() == 2


def test_repeats_and_order_leave_the_same_state(log: Log, stack: Settings) -> None:
    chance = random.Random(3)
    accesses = [(f"u{chance.randrange(5)}", chance.randrange(5_000, 9_000), f"e{i}") for i in range(60)]
    log.record(*accesses)
    other = Log(stack, log.tag + "other")
    shuffled = accesses + chance.choices(accesses, k=30)
    chance.shuffle(shuffled)
    for start in range(0, len(shuffled), 7):
        other.record(*shuffled[start : start + 7])
    assert other.state() == log.state()


def test_of_a_repeated_access_the_earliest_time_holds(log: Log) -> None:
    for time in (3_000, 2_000, 4_000):
        log.record(("u", time, "e1"))
    log.record(("v", 90_000, "e2"))
    assert _users(log.claim())["u"] == [(2_000, "e1", "doc")]


def test_late_accesses_are_told_and_make_their_user_dirty_until_it_is_closed(log: Log) -> None:
    assert log.record(("u", 1_000, "e1"), ("v", 10_000, "e2")) == []
    claim = log.claim()
    log.log.finish(claim, _all(claim))
    assert log.record(("v", 9_901, "e3"), ("u", 1_200, "e4"), ("u", 9_900, "e5")) == [1]
    log.record(("w", 20_000, "e6"))
    claim = log.claim()
    assert {user.user: user.late for user in claim.users} == {"u": 1, "v": 0}
    log.log.finish(claim, _all(claim))
    log.record(("u", 25_000, "e7"), ("w", 40_000, "e8"))
    assert {user.user: user.late for user in log.claim().users} == {"u": 0}


def test_a_late_access_between_claim_and_finish_is_not_lost(log: Log) -> None:
    log.record(("u", 1_000, "e1"), ("v", 10_000, "e2"))
    claim = log.claim()
    assert log.record(("u", 1_100, "e3")) == [0]
    log.log.finish(claim, _all(claim))
    again = log.claim()
    assert [(user.user, user.late) for user in again.users] == [("u", 1)]
    assert again.users[0].accesses == [(1_000, "e1", "doc"), (1_100, "e3", "doc")]
    log.log.finish(again, _all(again))
    assert log.claim().users == []


def test_two_closers_never_hold_the_same_user(log: Log, stack: Settings) -> None:
    log.record(*[(f"u{i}", 1_000, f"e{i}") for i in range(10)], ("z", 99_000, "e"))
    other = AccessLog(redis_client.connect(stack), PACE, log.tag)
    one, two = log.claim(NOW, most_users=4), other.claim(NOW, log.reached(), most_users=100)
    assert len(one.users) == 4
    assert len(two.users) == 6
    assert not _users(one).keys() & _users(two).keys()
    assert two.revision > one.revision


def test_a_crash_between_claim_and_removal_repeats_the_claim(log: Log) -> None:
    log.record(("u", 1_000, "e1"), ("z", 99_000, "e2"))
    lost = log.claim(NOW)
    assert log.claim(NOW + PACE.lease - 1).users == []
    again = log.claim(NOW + PACE.lease)
    assert again.users == lost.users
    assert again.revision > lost.revision


def test_a_closer_that_wakes_up_too_late_makes_its_users_be_computed_again(log: Log) -> None:
    log.record(("u", 1_000, "e1"), ("z", 99_000, "e2"))
    frozen = log.claim(NOW)
    other = log.claim(NOW + PACE.lease)
    log.log.finish(other, _all(other))
    assert log.claim(NOW + PACE.lease).users == []
    assert log.log.finish(frozen, _all(frozen)) == 1
    (user,) = log.claim(NOW + PACE.lease).users
    assert (user.user, user.late, user.accesses) == ("u", 1, [])


def test_what_came_meanwhile_stays_open_when_a_closer_wakes_up_too_late(log: Log) -> None:
    log.record(("u", 1_000, "e1"), ("z", 9_000, "e2"))
    frozen = log.claim(NOW)
    other = log.claim(NOW + PACE.lease)
    log.log.finish(other, _all(other))
    log.record(("u", 8_950, "e3"))
    log.log.finish(frozen, _all(frozen))
    assert log.claim(NOW + PACE.lease).users == [], "it is not due yet"
    log.record(("z", 20_000, "e4"))
    assert log.claim(NOW + PACE.lease).users == [OpenUser("acme", "u", 1, [(8_950, "e3", "doc")])]


def test_revisions_grow_even_when_clocks_go_back(log: Log) -> None:
    log.record(("u", 1_000, "e1"), ("v", 1_000, "e2"), ("z", 99_000, "e3"))
    first = log.claim(NOW, most_users=1)
    assert log.claim(NOW - 60_000, most_users=1).revision > first.revision


def test_the_slowest_source_holds_time_back_until_it_is_idle(log: Log) -> None:
    log.log.assign(["clicks/log/1", "clicks/log/2"], NOW)
    log.record(("u", 50_000, "e1"))
    assert log.claim(NOW).watermark is None, "two sources have brought nothing yet"
    log.record(("u", 10_000, "e2"), now=NOW + 5_000, source="clicks/log/1")
    assert log.claim(NOW + 9_999).watermark is None
    assert log.claim(NOW + 10_000).watermark == 9_900, "the others are idle now"
    log.record(("u", 60_000, "e3"), now=NOW + 10_000)
    assert log.claim(NOW + 14_999).watermark == 9_900
    assert log.claim(NOW + 15_000).watermark == 59_900


def test_a_batch_that_took_long_does_not_make_its_source_idle(log: Log) -> None:
    log.record(("u", 50_000, "e1"), now=NOW + 20_000, source="clicks/log/1")
    log.log.assign([SOURCE], NOW + 20_000)
    log.record(("u", 10_000, "e2"), now=NOW)
    assert log.claim(NOW + 20_000).watermark == 9_900


def test_the_watermark_never_goes_back(log: Log) -> None:
    log.record(("u", 50_000, "e1"))
    assert log.claim().watermark == 49_900
    log.log.assign(["clicks/log/1"], NOW)
    log.record(("u", 40_000, "e2"), source="clicks/log/1")
    assert log.claim().watermark == 49_900


def test_of_two_closers_reckonings_the_greater_holds(log: Log, stack: Settings) -> None:
    log.record(("u", 50_000, "e1"))
    early = log.reached()
    log.record(("u", 90_000, "e2"))
    assert log.claim().watermark == 89_900
    other = AccessLog(redis_client.connect(stack), PACE, log.tag)
    assert other.claim(NOW, early).watermark == 89_900
    assert other.claim(NOW, None).watermark == 89_900


def test_what_a_source_brought_and_when_is_read_back(log: Log) -> None:
    log.log.assign(["clicks/log/1"], NOW - 5)
    log.record(("u", 50_000, "e1"))
    assert sorted(log.log.sources(), key=lambda source: source.moved_at) == [Source(None, NOW - 5), Source(50_000, NOW)]


def test_when_all_is_silent_everything_is_closed_but_not_beyond_now(log: Log) -> None:
    log.record(("u", 50_000, "e1"))
    assert log.claim(NOW + IDLE_CLOSE - 1).users == []
    assert _users(log.claim(NOW + IDLE_CLOSE)).keys() == {"u"}
    fresh = NOW + IDLE_CLOSE - 500
    log.record(("v", fresh, "e2"), now=NOW)
    claim = log.claim(NOW + IDLE_CLOSE)
    assert claim.watermark == NOW + IDLE_CLOSE
    assert claim.users == [], "its session may still go on"


def test_a_user_who_never_pauses_is_claimed_before_a_gap(log: Log) -> None:
    for start in range(0, 4_000, 80):
        log.record(*[("robot", 10_000 + start + i, f"e{start + i}") for i in range(80)])
    claim = log.claim()
    (robot,) = claim.users
    assert robot.user == "robot"
    assert len(robot.accesses) == 4_000
    log.log.finish(claim, [13_000])
    log.record(("robot", 14_000, "last"))
    assert log.client.zcard(f"{log.tag}:u:{user_key('acme', 'robot')}") == 1_000


def test_portions_are_bounded(log: Log) -> None:
    log.record(*[(f"u{i}", 1_000 + j, f"e{i}-{j}") for i in range(10) for j in range(5)], ("z", 99_000, "e"))
    assert len(log.claim(NOW, most_users=3, most_accesses=100).users) == 3
    assert len(log.claim(NOW, most_users=100, most_accesses=11).users) == 3


def test_a_watermark_moved_while_a_batch_is_recorded_makes_none_of_it_late(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_log, "AT_ONCE", 2)
    record = log.log._record
    monkeypatch.setattr(log.log, "_record", lambda **sent: (record(**sent), log.claim())[0])
    assert log.record(*[(f"u{i}", 90_000 - 9_000 * i, f"e{i}") for i in range(9)]) == []
    assert log.claim().watermark == 89_900


def test_users_can_be_handed_over_to_the_raw_rows(log: Log) -> None:
    log.log.restore([(user_key("acme", "u"), 5_000)], [(SOURCE, 12, 8_000)], 9_000, NOW)
    claim = log.claim()
    assert claim.watermark == 9_000
    assert log.log.offsets() == {SOURCE: 12}
    assert claim.users == [OpenUser("acme", "u", 1, [])]
    log.log.finish(claim, [5_000])
    assert log.claim().users == []


def test_a_forgotten_user_leaves_nothing(log: Log) -> None:
    log.record(("u", 1_000, "e1"), ("v", 99_000, "e2"))
    claim = log.claim()
    assert not log.log.forget("acme", "u", NOW + PACE.lease - 1), "a closer may write rows"
    assert log.claim(NOW + PACE.lease).users == claim.users
    assert log.log.forget("acme", "u", NOW + 2 * PACE.lease)
    assert all("\x1fu" not in str(key) for key in log.client.keys(f"{log.tag}:*"))
    assert log.claim(NOW + 2 * PACE.lease).users == []


def test_names_of_any_letters_survive(log: Log) -> None:
    odd = 'Zoë "/\\" 名前 \u2028'
    log.record((odd, 1_000, "e'1"), ("z", 99_000, "e2"))
    assert log.claim().users == [OpenUser("acme", odd, 0, [(1_000, "e'1", "doc")])]
