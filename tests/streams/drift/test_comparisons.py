"""Shares and values of two sides: which direction is the harm, and how many cases and people are counted."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from streams.drift.comparisons import falling_share, falling_value, rising_share
from streams.drift.sample import Counts, Values
from streams.drift.statistics.permutation import relabellings
from tests.streams.drift.stacks import stacked

EMPTY = Values(np.zeros(0, dtype=np.int64), np.zeros(0))


def test_a_share_counts_cases_and_the_people_who_have_any() -> None:
    hits = np.array([0] * 10 + [3] * 9 + [0], dtype=float)
    cases = np.array([4] * 10 + [4] * 9 + [0], dtype=float)
    data = replace(stacked(20, 1), counts={"s": Counts(hits, cases)})
    labels = relabellings(data.in_window, 99, seed=3)
    rising, falling = rising_share("s", data, labels), falling_share("s", data, labels)
    assert (rising.value, rising.reference, rising.p) == (0.75, 0.0, 0.01)
    assert (falling.value, falling.reference, falling.p) == (0.75, 0.0, 1.0)
    assert rising.effect == -falling.effect == pytest.approx(2 * np.pi / 3)
    assert (rising.n_reference, rising.n_window, rising.people_reference, rising.people_window) == (40, 36, 10, 9)


def test_the_distance_of_two_distributions_is_told() -> None:
    rng = np.random.default_rng(1)
    data, cluster = stacked(40, 1), rng.integers(0, 40, size=300)
    values = rng.normal(size=300) - data.in_window[cluster]
    here = data.in_window[cluster]
    found = falling_value("v", data, relabellings(data.in_window, 99, seed=3), Values(cluster, values), np.mean)
    assert [found.value, found.reference] == pytest.approx([values[here].mean(), values[~here].mean()])
    assert found.effect > 0.4
    distance = stats.ks_2samp(values[here], values[~here]).statistic
    assert found.detail["kolmogorov_smirnov"] == pytest.approx(distance, abs=1e-4)


@pytest.mark.filterwarnings("error")
def test_a_side_without_observations_says_nothing() -> None:
    data = stacked(4, 1)
    found = falling_value("v", data, relabellings(data.in_window, 9, seed=3), EMPTY, np.median)
    assert (found.value, found.reference, found.effect, found.p) == (0.0, 0.0, 0.0, 1.0)
    one_side = Values(np.array([3]), np.array([0.4]))
    found = falling_value("v", data, relabellings(data.in_window, 9, seed=3), one_side, np.median)
    assert (found.value, found.reference, found.detail) == (0.4, 0.0, {"kolmogorov_smirnov": 0.0})
