"""Verdicts as tables: correction, thresholds, k of n, hysteresis, too few."""

from collections.abc import Sequence
from typing import Any

import pytest

from streams.drift.config import DriftConfig
from streams.drift.judgement import Verdict, judge
from streams.drift.signal import Measured
from streams.drift.signals import SIGNALS

CONFIG = DriftConfig()
NAMES = [signal.name for signal in SIGNALS]
LIMITS = dict.fromkeys(NAMES, 0.2)


def measured(
    signal: str = "zero_click", effect: float = 0.5, p: float = 0.001, n: int = 500, people: int = 40
) -> Measured:
    return Measured(signal, 0.5, 0.3, effect, p, n, n, people, people)


def verdict(history: Sequence[Verdict] = (), **what: float) -> Verdict:
    return verdict_of(measured(**what), history)  # type: ignore[arg-type]  # numbers for numbers


def verdict_of(one: Measured, history: Sequence[Verdict] = ()) -> Verdict:
    return judge({one.signal: one}, LIMITS, {one.signal: history}, CONFIG)[0].verdict


def test_q_is_benjamini_and_hochbergs_over_the_testable_signals() -> None:
    p = [0.001, 0.04, 0.012, 0.9, 0.02]
    names = NAMES[: len(p)]
    found = judge({n: measured(n, p=x) for n, x in zip(names, p, strict=True)}, LIMITS, {}, CONFIG)
    # Worked by hand: p times 5 / rank, then the least of those at this rank or a later one.
    assert [j.q for j in found] == pytest.approx([0.005, 0.05, 0.03, 0.9, 1 / 30])


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ({}, "suspect"),
        ({"effect": 0.2}, "suspect"),
        ({"effect": 0.199}, "steady"),
        ({"p": 0.03}, "steady"),
        ({"effect": 5.0, "p": 0.3}, "steady"),
        ({"n": 29}, "too_few"),
        ({"people": 7}, "too_few"),
    ],
)
def test_evidence_is_significant_and_large_and_rests_on_enough(what: dict[str, Any], expected: Verdict) -> None:
    assert verdict_of(measured(**what)) == expected


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([], "suspect"),
        (["steady"], "suspect"),
        (["suspect"], "tripped"),
        (["steady", "suspect"], "tripped"),
        (["steady", "steady", "suspect"], "suspect"),
        (["too_few", "too_few", "suspect"], "tripped"),
        (["tripped", "suspect"], "tripped"),
    ],
)
def test_two_of_the_last_three_testable_windows_trip(history: list[Verdict], expected: Verdict) -> None:
    assert verdict(history) == expected


@pytest.mark.parametrize(
    ("history", "effect", "expected"),
    [
        ([], 0.17, "steady"),
        (["suspect"], 0.17, "tripped"),
        (["tripped"], 0.159, "steady"),
        (["steady"], 0.17, "steady"),
    ],
)
def test_evidence_ends_below_where_it_began(history: list[Verdict], effect: float, expected: Verdict) -> None:
    assert verdict(history, effect=effect) == expected


def test_signals_with_too_few_cases_cost_the_others_nothing() -> None:
    alone = {"zero_click": measured(p=0.015)}
    crowd = alone | {s: measured(s, effect=0.0, p=0.9, n=3) for s in NAMES if s != "zero_click"}
    tested = alone | {s: measured(s, effect=0.0, p=0.9) for s in NAMES if s != "zero_click"}
    by_signal = {j.measured.signal: j for j in judge(crowd, LIMITS, {}, CONFIG)}
    assert by_signal["zero_click"].verdict == "suspect"
    assert by_signal["query_fit"].verdict == "too_few"
    assert {j.measured.signal: j for j in judge(tested, LIMITS, {}, CONFIG)}["zero_click"].verdict == "steady"
