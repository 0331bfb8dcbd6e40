"""Rates, shares, delays and goals, worked out by hand."""

from typing import Any

import pytest

from bench.drift import summary
from bench.drift.replay import Run
from bench.drift.scenarios import named


def asked(*days: int, closed: range = range(7, 40)) -> Run:
    return Run([(day, ("zero_click",)) for day in days], list(closed))


def test_a_rate_counts_all_requests_of_all_runs() -> None:
    found = summary.quiet([asked(), asked(20, 50), asked(), asked()], 90)
    assert (found["rate"], found["requests"], found["signals"]) == (0.5, 2, ["zero_click"])
    assert found["upper"] == pytest.approx(6.296 / 4, abs=0.001), "Poisson: 2 seen, at most 6.296"
    assert summary.quiet([asked()] * 4, 90)["upper"] == pytest.approx(3 / 4, abs=0.01), "the rule of three"


def test_a_delay_is_counted_from_the_onset_and_an_early_request_finds_nothing() -> None:
    runs = [asked(21), asked(22), asked(25), asked(), asked(15, 22)]
    found = summary.drift(named("topic_30"), runs, onset=21)
    assert (found["within_2_windows"], found["found"], found["windows"], found["days"]) == (0.4, 3, 5, 5)
    assert found["interval"] == pytest.approx([0.053, 0.853], abs=0.001)


def test_windows_of_several_days_are_counted_as_windows() -> None:
    found = summary.drift(named("small_topic_50"), [asked(34, closed=range(6, 90, 7))], onset=21)
    assert (found["windows"], found["days"]) == (2, 14)


def test_half_that_is_not_found_has_no_median() -> None:
    assert summary.drift(named("topic_30"), [asked(), asked(22), asked()], onset=21)["windows"] is None


def report(**changed: Any) -> dict[str, Any]:  # noqa: ANN401
    drift = {"within_2_windows": 0.9, "windows": 2, "days": 14, "goal": 0.9, "delay_goal": None}
    plain: dict[str, Any] = {
        "false_requests_per_90_days": {"calm": {"upper": 1.0}},
        "drift": {"topic_30": drift, "small_topic_50": {**drift, "goal": None, "delay_goal": 14}},
        "requests_with_refusals_90_days": {"most": 2},
        "ms_per_window": 300,
        "after_cutover_false_rollbacks": {"100 people": 0.05},
        "languages_auc_lost": 0.05,
    }
    return plain | changed


@pytest.mark.parametrize(
    ("changed", "goal"),
    [
        ({}, None),
        ({"false_requests_per_90_days": {"calm": {"upper": 1.01}}}, "false requests in calm"),
        ({"requests_with_refusals_90_days": {"most": 3}}, "refusals"),
        ({"ms_per_window": 301}, "milliseconds"),
        ({"after_cutover_false_rollbacks": {"100 people": 0.051}}, "false rollbacks of 100"),
        ({"languages_auc_lost": 0.051}, "a language loses"),
    ],
)
def test_goals(changed: dict[str, Any], goal: str | None) -> None:
    missed = summary.missed(report(**changed))
    assert [goal in one for one in missed] == [True] if goal else missed == []


def test_a_delay_is_missed_in_the_unit_of_its_tenant() -> None:
    late = report()
    late["drift"]["small_topic_50"]["days"] = 15
    late["drift"]["topic_30"]["within_2_windows"] = 0.89
    assert len(summary.missed(late)) == 2
