"""The interval of a mean whose truth is known, and the queries that it takes to see one."""

import numpy as np
import pytest

from tests.trainer.judging.test_gate import drawn as differences
from trainer.judging.bootstrap import Interval, drawn, queries_needed


def test_a_smaller_level_gives_a_wider_interval_about_the_same_mean() -> None:
    draws = drawn(differences(0.05, 120, 1), list(range(120)), 2_000, 1)
    wide, narrow = draws.interval(0.002), draws.interval(0.025)
    assert wide.mean == narrow.mean == pytest.approx(draws.means.mean(), abs=0.002)
    assert wide.low < narrow.low < narrow.mean < narrow.high < wide.high
    assert (wide.queries, wide.groups) == (120, 120)


@pytest.mark.thorough
@pytest.mark.parametrize(("groups", "level"), [(30, 0.025), (30, 0.005), (100, 0.025), (100, 0.005)])
def test_an_interval_without_effect_excludes_zero_as_often_as_it_says(groups: int, level: float) -> None:
    above = [
        drawn(differences(0.0, groups, seed), list(range(groups)), 1_000, 1).interval(level).low > 0
        for seed in range(1_500)
    ]
    assert np.mean(above) <= level + 0.008


def test_one_group_tells_nothing() -> None:
    found = drawn(np.full(50, 0.2), [3] * 50, 500, 1)
    assert (found.interval(0.025).low, found.interval(0.025).high) == (-1.0, 1.0)
    assert found.chance_of_no_loss() == 1.0
    assert drawn(np.zeros(0), [], 500, 1).interval(0.025) == Interval(0.0, 0.0, 0.0, 0, 0)


def test_the_chance_of_no_loss_is_the_level_at_which_the_interval_leaves_zero() -> None:
    rng = np.random.default_rng(4)
    draws = drawn(rng.normal(-0.05, 0.2, 60), list(range(60)), 5_000, 1)
    p = draws.chance_of_no_loss()
    assert 0.001 < p < 0.2
    assert draws.interval(p / 3).high > 0 > draws.interval(min(0.45, 3 * p)).high
    better = drawn(rng.normal(0.05, 0.2, 60), list(range(60)), 5_000, 1)
    assert better.chance_of_no_loss() > 0.8


def test_the_error_is_that_of_the_mean_over_groups() -> None:
    values = np.repeat(differences(0.05, 60, 2), 3)
    found = drawn(values, [n // 3 for n in range(180)], 4_000, 1).interval(0.025)
    assert found.error == pytest.approx(values.std(ddof=1) / np.sqrt(60), rel=0.06)


def test_needed_queries_follow_from_error_gain_level_and_power() -> None:
    found = Interval(0.01, -0.01, 0.03, 100, 50, error=0.02)
    needed = queries_needed(found, 0.02, 0.025, 0.8)
    assert needed == pytest.approx(100 * (1.96 + 0.8416) ** 2, abs=1)
    assert queries_needed(found, 0.04, 0.025, 0.8) == pytest.approx(needed / 4, abs=1)
    assert queries_needed(found, 0.02, 0.0025, 0.8) > needed
