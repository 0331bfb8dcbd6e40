from typing import Any

import pytest

from bench.trainer.summary import RATES, missed, of_share, rates

GROUPS = {"test": list(range(30)), "guard": list(range(20))}


def line(arm: str, validation: float, test: float, guard: float = 0.5, **more: float) -> dict[str, Any]:
    sides = {"validation": (validation, 10), "test": (test, 30), "guard": (guard, 20)}
    found = {
        side: {
            "served": score, "dense": score, "served_clicks": score,
            "each_served": [round(1_000 * score)] * n, "each_dense": [round(1_000 * score)] * n,
        }
        for side, (score, n) in sides.items()
    }  # fmt: skip
    return {"arm": arm, "seed": 1, "wrong": 0.2, **found, **more}


LINES = [
    line("base", 0.5, 0.5), line("weights", 0.505, 0.52), line("query_map", 0.53, 0.55, learn_s=3.0),
    line("full", 0.6, 0.6, 0.49, pairs_per_s=8.0, rss_mib=900.0, learn_s=60.0),
    line("plain 2e-05", 0.5, 0.52, pairs_per_s=10.0), line("plain 5e-05", 0.5, 0.56, pairs_per_s=10.0),
]  # fmt: skip


def test_ours_is_what_a_run_would_choose_and_plain_its_best_rate() -> None:
    found = of_share(LINES, GROUPS, 0.2)
    assert (found["rung"], found["plain"]) == (["full"], "plain 5e-05")
    assert (found["served_base"], found["served_plain"], found["served_ours"]) == (0.5, 0.56, 0.6)
    assert found["interval_ours_minus_plain"] == pytest.approx([0.04] * 3)
    assert found["relative_gain_served"] == pytest.approx(0.2)
    assert found["guard_change"][0] == pytest.approx(-0.01)
    assert (found["vs_plain_pairs_per_s"], found["rss_mib_peak"]) == (0.8, 900.0)
    assert found["arms"]["query_map"]["gain_served"][0] == pytest.approx(0.05)
    assert found["arms"]["query_map"]["seconds"] == 3.0


def test_a_dearer_rung_that_gains_no_more_on_validation_is_not_ours() -> None:
    lines = [one | {"validation": LINES[2]["validation"]} if one["arm"] == "full" else one for one in LINES]
    found = of_share(lines, GROUPS, 0.2)
    assert (found["rung"], found["served_ours"]) == (["query_map"], 0.55)


def test_where_no_rung_gains_nothing_is_changed() -> None:
    lines = [one | {"validation": LINES[0]["validation"]} for one in LINES]
    assert of_share(lines, GROUPS, 0.2)["served_ours"] == 0.5


def seed(number: int, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one | {"seed": number} for one in lines]


def test_the_plain_script_tries_all_rates_once_and_then_the_best() -> None:
    first = [line("plain 2e-05", 0.5, 0.52), line("plain 5e-05", 0.5, 0.56), line("plain 0.0001", 0.5, 0.55)]
    later = seed(2, [line("plain 2e-05", 0.5, 0.9)])
    assert rates([], 1, 1) == rates(first + later, 1, 1) == RATES
    assert rates(first[:2], 2, 1) == RATES  # the first seed is not whole: nothing is known of the third
    assert rates(first + later, 2, 1) == rates(first + later, 3, 1) == (5e-5,)


def test_a_rate_that_only_the_first_seed_tried_is_no_peer_and_is_compared_with_its_own_base() -> None:
    second = seed(2, [line("base", 0.5, 0.4), *LINES[1:4], line("plain 2e-05", 0.5, 0.42, pairs_per_s=10.0)])
    found = of_share(LINES + second, GROUPS, 0.2)
    assert (found["plain"], found["served_plain"]) == ("plain 2e-05", pytest.approx(0.47))
    assert found["arms"]["plain 5e-05"]["seeds"] == 1
    assert found["arms"]["plain 5e-05"]["gain_served"][0] == pytest.approx(0.06)
    assert found["arms"]["plain 2e-05"]["gain_served"][0] == pytest.approx(0.02)


def test_goals_that_are_missed_are_named() -> None:
    found = of_share(LINES, GROUPS, 0.2)
    assert missed(found) == []
    assert missed(found | {"guard_change": [-0.02, -0.03, -0.01]}) == ["guard_change >= -0.01"]
    assert missed(found | {"vs_plain_pairs_per_s": 0.5, "relative_gain_dense": 0.14}) == [
        "relative_gain_dense >= 0.15", "vs_plain_pairs_per_s >= 0.8",
    ]  # fmt: skip
    assert len(missed({})) == 4
