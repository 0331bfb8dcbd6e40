"""Drift as people look at it: signals over windows, what was decided and why, and what was done meanwhile."""

from datetime import timedelta
from typing import Any

from operations import drift_history
from operations.drift_history import Signal, Window, decisions, signals
from operations.periods import Period
from tests.operations.past import MONDAY, PERIOD, SCRIPT, TENANT
from tests.streams.lives import Streams

DAY = timedelta(days=1)


def _window(
    day: int, evidence: float = 0.0, limit: float = 10.0, verdict: str = "steady", asked: str = "", why: str = ""
) -> Window:
    end = MONDAY + day * DAY
    return Window(end - DAY, end, 1, "m", 0.5, 0.5, 0.0, 0.0, evidence, limit, 9, 9, verdict, asked, why)


def test_signals_come_with_their_windows_in_order_of_time_and_the_nearest_to_its_limit_first(past: Streams) -> None:
    found = drift_history.read(past.warehouse, TENANT, PERIOD)
    assert [(each.name, [w.verdict for w in each.windows]) for each in found.signals] == [
        ("query_drift", ["steady", "suspect", "tripped"]), ("vocabulary_novelty", ["steady", "tripped"]),
    ]  # fmt: skip
    newest = found.signals[0].newest
    assert (newest.end, newest.value, newest.score, newest.evidence, newest.limit, newest.asked) == (
        MONDAY + 3 * DAY, 0.8, 6.0, 9.5, 9.0, "run-1",
    )  # fmt: skip
    assert found.new_words == (("kubelet", 2), ("<script>", 1))
    assert drift_history.read(past.warehouse, "nobody", PERIOD).signals == ()


def test_a_period_leaves_out_what_is_outside(past: Streams) -> None:
    found = drift_history.read(past.warehouse, TENANT, Period(MONDAY + DAY, MONDAY + 2 * DAY))
    assert {window.end for signal in found.signals for window in signal.windows} == {MONDAY + 2 * DAY}
    assert found.happenings == ()


def test_a_retrain_that_drift_asked_for_stands_at_the_end_of_its_window(past: Streams) -> None:
    found = drift_history.happenings(past.warehouse, TENANT, PERIOD)
    assert [(each.at - MONDAY, each.kind, each.name, each.by) for each in found] == [
        (3 * DAY, "retrain", "run-1", "drift"),
        (4 * DAY + timedelta(hours=5), "cutover", "past-1", "sam"),
        (5 * DAY, "retrain", "run-2", "ana"),
    ]
    assert found[-1].reason == SCRIPT


def test_a_decision_is_of_all_signals_of_its_window_and_the_newest_comes_first() -> None:
    a = Signal("a", (_window(1, verdict="tripped", asked="run-1"), _window(2, verdict="tripped", why="it waits")))
    b = Signal("b", (_window(1, verdict="tripped"), _window(2)))
    newest, first = decisions([b, a])
    assert (newest.signals, newest.run, newest.not_asked) == (("a",), "", "it waits")
    assert (first.at, first.signals, first.run) == (MONDAY + DAY, ("a", "b"), "run-1")
    assert decisions([Signal("c", (_window(1),))]) == ()


def test_rows_in_any_order_give_the_same_signals() -> None:
    row: dict[str, Any] = {
        "signal": "a", "window_start": MONDAY, "days": 1, "model": "m", "value": 1.0, "reference": 1.0, "effect": 0.0,
        "score": 0.0, "evidence_limit": 2.0, "cases": 1, "searches": 1, "verdict": "steady", "asked": "",
        "not_asked": "", "new_words": [],
    }  # fmt: skip
    rows = [
        {**row, "window_end": MONDAY + day * DAY, "evidence": float(day), "signal": name}
        for name in "ab"
        for day in (1, 2)
    ]
    rows[-1]["evidence_limit"] = 0.0  # a window from before there were limits
    assert signals(rows) == signals(rows[::-1])
    assert [(each.name, each.nearness) for each in signals(rows)] == [("a", 1.0), ("b", 0.0)]


def test_a_window_without_cases_has_no_figures() -> None:
    assert [_window(1, verdict=verdict).judged for verdict in ("too_few", "silent", "steady")] == [False, False, True]
