"""Counts of whole tables: once in half a minute, once for all who ask, and never one that failed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from console.web import counted
from console.web.counted import EVERY, Counted
from stores.errors import Retryable
from tests.console.web.browsing import NOW

SECOND = timedelta(seconds=1)


def test_a_count_is_made_once_in_half_a_minute_for_each_name_and_after_a_change() -> None:
    made, kept = list[str](), Counted()

    def count(name: str) -> Any:  # noqa: ANN401  # a row
        made.append(name)
        return {"n": len(made)}

    assert kept.of("a", lambda: count("a"), NOW) == {"n": 1}
    assert kept.of("a", lambda: count("a"), NOW + EVERY - SECOND) == {"n": 1}
    assert kept.of("b", lambda: count("b"), NOW) == {"n": 2}
    assert kept.of("a", lambda: count("a"), NOW + EVERY + SECOND) == {"n": 3}
    assert kept.of("a", lambda: count("a"), NOW - timedelta(days=1)) == {"n": 4}, "the clock was set back"
    kept.forget()
    assert kept.of("b", lambda: count("b"), NOW) == {"n": 5}
    assert made == ["a", "b", "a", "a", "b"]


def test_who_asks_meanwhile_waits_for_the_count_that_is_under_way() -> None:
    kept, begun, go, made = Counted(), Event(), Event(), list[int]()

    def count() -> Any:  # noqa: ANN401  # a row
        begun.set()
        assert go.wait(10)
        made.append(1)
        return {"n": 1}

    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(kept.of, "a", count, NOW) for _ in range(4)]
        assert begun.wait(10)
        assert kept.of("b", lambda: {"n": 2}, NOW) == {"n": 2}, "another name waits for nobody"
        go.set()
        assert [answer.result(10) for answer in answers] == [{"n": 1}] * 4
    assert made == [1]


def test_one_that_failed_is_made_again_and_not_all_names_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Counted()

    def away() -> Any:  # noqa: ANN401  # a row
        raise Retryable("the warehouse does not answer")

    with pytest.raises(Retryable):
        kept.of("a", away, NOW)
    assert kept.of("a", lambda: {"n": 1}, NOW) == {"n": 1}
    monkeypatch.setattr(counted, "_MOST", 3)
    for number in range(9):
        kept.of(f"n{number}", lambda: {"n": 1}, NOW)
    assert len(kept._known) <= 3
