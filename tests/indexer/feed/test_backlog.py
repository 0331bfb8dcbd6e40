"""The order in which what changed is applied, and how much of it is kept in memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.feed import backlog
from indexer.feed.backlog import COUNTED_PEOPLE, EARLIER_US, Backlog, due_us
from indexer.feed.documents import Pending

MINUTE = 60_000_000


def text(document: str) -> Pending:
    return Pending(document, 2, False, True, 1, 5)


def listed(document: str) -> Pending:
    return Pending(document, 2, False, True, 1, 5, light=True)


def gone(document: str) -> Pending:
    return Pending(document, 2, True, True, 1, 5, light=True)


def names(found: list[Pending]) -> list[str]:
    return [pending.document for pending in found]


def test_deletions_come_first_then_lists_and_text_apart() -> None:
    waiting = Backlog()
    for pending in (text("t"), listed("l"), gone("g"), listed("k"), gone("h")):
        assert waiting.add(pending, 0)
    assert [names(waiting.light(limit)) for limit in (1, 3, 9)] == [["g"], ["g", "h", "l"], ["g", "h", "l", "k"]]
    assert names(waiting.text(9)) == ["t"]
    waiting.remove(["g", "h", "l", "k", "absent"])
    assert (len(waiting), waiting.light(9)) == (1, [])


def test_what_many_use_comes_earlier_and_nothing_waits_for_ever() -> None:
    waiting = Backlog()
    waiting.add(text("old"), 0)
    waiting.add(text("used"), 9 * MINUTE, people=10_000)
    waiting.add(text("a little"), 9 * MINUTE, people=8)
    waiting.add(text("used but later"), 11 * MINUTE, people=10_000)
    assert names(waiting.text(9)) == ["used", "old", "a little", "used but later"]
    assert names(waiting.text(1)) == ["used"]


@given(st.integers(0, 10**15), st.integers(0, 10**9), st.integers(0, 10**9))
def test_ten_minutes_are_the_most_that_use_is_worth(at_us: int, people: int, others: int) -> None:
    later = at_us + COUNTED_PEOPLE * EARLIER_US + 1
    assert due_us(at_us, people) < due_us(later, others)
    assert due_us(at_us, people + 1) <= due_us(at_us, people)


def test_a_change_of_what_waits_keeps_its_age_and_stands_once() -> None:
    waiting = Backlog()
    waiting.add(text("d"), 5)
    waiting.add(text("e"), 6)
    waiting.add(text("d"), 7)
    assert names(waiting.text(9)) == ["d", "e"]
    waiting.add(gone("d"), 8)
    assert (names(waiting.light(9)), names(waiting.text(9)), len(waiting)) == (["d"], ["e"], 2)


def test_a_full_backlog_takes_deletions_lists_and_what_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "MOST", 1)
    waiting = Backlog()
    assert [waiting.add(text(d), 0) for d in ("a", "b")] == [True, False]
    assert waiting.add(text("used"), 0, people=1)
    assert waiting.add(gone("g"), 0)
    assert waiting.add(listed("l"), 0)
    assert waiting.add(text("a"), 1), "it waits already"
    assert names(waiting.text(9)) == ["used", "a"]
