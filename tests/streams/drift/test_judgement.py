"""Verdicts as tables: correction, thresholds, k of n, hysteresis, too few."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from streams.drift.config import SIGNALS, DriftConfig
from streams.drift.judgement import Verdict, benjamini_hochberg, judge
from streams.drift.measured import Measured, cliffs_delta, cohens_h
from streams.drift.signals import enough

CONFIG = DriftConfig()
LIMITS = dict.fromkeys(SIGNALS, 0.2)


def measured(
    signal: str = "zero_click", effect: float = 0.5, p: float = 0.001, n: int = 500, people: int = 40
) -> Measured:
    return Measured(signal, 0.5, 0.3, effect, p, n, n, people, people)


def verdict(history: Sequence[Verdict] = (), **what: float) -> Verdict:
    return verdict_of(measured(**what), history)  # type: ignore[arg-type]  # numbers for numbers


def verdict_of(one: Measured, history: Sequence[Verdict] = ()) -> Verdict:
    return judge({one.signal: one}, LIMITS, {one.signal: history}, CONFIG)[0].verdict


def test_benjamini_hochberg_is_scipys() -> None:
    rng = np.random.default_rng(1)
    for size in (1, 2, 7, 11):
        p = rng.uniform(size=size).round(2).tolist()
        assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p).tolist())
    assert benjamini_hochberg([]) == []


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
    crowd = alone | {s: measured(s, effect=0.0, p=0.9, n=3) for s in SIGNALS if s != "zero_click"}
    tested = alone | {s: measured(s, effect=0.0, p=0.9) for s in SIGNALS if s != "zero_click"}
    by_signal = {j.measured.signal: j for j in judge(crowd, LIMITS, {}, CONFIG)}
    assert by_signal["zero_click"].verdict == "suspect"
    assert by_signal["query_fit"].verdict == "too_few"
    assert {j.measured.signal: j for j in judge(tested, LIMITS, {}, CONFIG)}["zero_click"].verdict == "steady"


def test_queries_need_more_cases_than_shares() -> None:
    assert enough(measured("zero_click", n=30), CONFIG)
    assert not enough(measured("query_drift", n=30), CONFIG)
    assert enough(measured("corpus_drift", n=30, people=0), CONFIG)


def test_effect_sizes_have_their_textbook_values() -> None:
    assert cohens_h(0.5, 0.25) == pytest.approx(np.pi / 6)
    assert cohens_h(0.25, 0.5) == -cohens_h(0.5, 0.25)
    assert (cliffs_delta(0.5), cliffs_delta(1.0), cliffs_delta(0.0)) == (0, 1, -1)


def test_rules_are_overridden_by_field_and_those_that_could_never_trip_are_refused() -> None:
    config = DriftConfig.model_validate({"window_s": 3600, "effects": {"query_drift": 0.4}})
    assert (config.window_ms, config.effects.query_drift, config.effects.zero_click) == (3_600_000, 0.4, 0.2)
    with pytest.raises(ValidationError, match="of_windows"):
        DriftConfig.model_validate({"trip_windows": 4})
    with pytest.raises(ValidationError, match="permutations"):
        DriftConfig.model_validate({"permutations": 299})


def test_every_rule_says_why() -> None:
    for name, rule in (DriftConfig.model_fields | type(CONFIG.effects).model_fields).items():
        assert rule.description, name
