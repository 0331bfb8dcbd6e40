"""What quiet windows teach: mean, spread within and between days, weekdays; and how little is believed of few."""

from math import sqrt

import numpy as np
import pytest

from streams.drift.detectors.baseline import Quiet, expect

LEAST = 0.04


def quiet(*effects: float, variance: float = 0.0, weekday: int | None = None) -> list[Quiet]:
    return [Quiet(effect, variance, weekday) for effect in effects]


def test_without_history_nothing_is_expected_and_the_spread_is_chance_and_a_prior() -> None:
    found = expect([], 0.09, None, LEAST)
    assert found.mean == 0.0
    assert found.between == pytest.approx(0.02)
    assert found.spread == pytest.approx(sqrt(2 * (0.09 + 0.02**2)))


def test_what_is_smaller_than_of_interest_is_not_seen_however_sure() -> None:
    assert expect(quiet(*[0.0] * 50), 1e-9, None, LEAST).spread == LEAST


def test_days_that_differ_more_than_chance_widen_the_spread() -> None:
    rng = np.random.default_rng(4)
    effects = rng.normal(0.0, 0.3, size=200)
    found = expect(quiet(*effects, variance=0.05), 0.05, None, LEAST)
    assert found.between == pytest.approx(0.2, abs=0.03), "0.3 in all, of which the root of 0.05 is chance"
    assert found.spread == pytest.approx(0.3, abs=0.03)


def test_a_lasting_error_of_the_reference_is_learned() -> None:
    assert expect(quiet(*[0.2] * 19), 0.0, None, LEAST).mean == pytest.approx(0.19)


def test_few_windows_are_believed_less_than_many() -> None:
    few, many = (expect(quiet(*[0.2, -0.2] * n), 0.0, None, LEAST) for n in (1, 20))
    assert few.between < many.between
    assert many.between == pytest.approx(0.2, abs=0.02)


def test_a_weekday_is_compared_with_its_like() -> None:
    week = [q for _ in range(6) for day in range(7) for q in quiet(0.3 if day == 6 else 0.0, weekday=day)]
    sunday, monday = (expect(week, 0.0, day, LEAST).mean for day in (6, 0))
    assert sunday > 0.2
    assert abs(monday) < 0.02
    assert expect(week, 0.0, None, LEAST).mean == pytest.approx(0.3 / 7, abs=0.01), "a window of weeks has none"
