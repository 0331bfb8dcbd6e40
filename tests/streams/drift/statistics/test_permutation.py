"""Permutation statistics against closed forms and scipy's own."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from streams.drift.statistics.permutation import concordance, p_value, relabellings, shares


def test_relabellings_keep_the_observed_row_and_the_number_of_window_clusters() -> None:
    in_window = np.array([False, False, False, True, True])
    labels = relabellings(in_window, 500, seed=1)
    assert (labels[0] == in_window).all()
    assert (labels.sum(axis=1) == 2).all()
    assert labels[1:].mean(axis=0) == pytest.approx(np.full(5, 0.4), abs=0.07)
    assert (labels == relabellings(in_window, 500, seed=1)).all()


def test_p_counts_the_observation_itself_so_it_is_never_zero() -> None:
    assert p_value(np.array([9.0, 1.0, 2.0, 3.0])) == 0.25
    assert p_value(np.array([1.0, 1.0, 1.0, 1.0])) == 1.0


def test_shares_of_independent_cases_give_fishers_exact_p() -> None:
    hits = np.array([1] * 7 + [0] * 33 + [1] * 12 + [0] * 13, dtype=float)
    in_window = np.arange(65) >= 40
    labels = relabellings(in_window, 20_000, seed=3)
    inside, outside = shares(labels, hits, np.ones(65))
    assert (inside[0], outside[0]) == (12 / 25, 7 / 40)
    fisher = stats.fisher_exact([[12, 13], [7, 33]], alternative="greater").pvalue
    assert p_value(inside - outside) == pytest.approx(fisher, rel=0.25)


def test_dependent_cases_weigh_as_one_person_not_as_many() -> None:
    # Ten cases each of eight people, all or nothing: counted one by one the difference would be beyond doubt.
    hits, cases = np.array([0, 10, 0, 0, 10, 10, 0, 10], dtype=float), np.full(8, 10.0)
    inside, outside = shares(relabellings(np.arange(8) >= 4, 4_000, seed=2), hits, cases)
    assert stats.fisher_exact([[30, 10], [10, 30]], alternative="greater").pvalue < 1e-4
    assert p_value(inside - outside) > 0.2


def test_concordance_is_the_area_under_the_curve_and_mann_whitneys_u() -> None:
    rng = np.random.default_rng(4)
    values = np.round(np.concatenate([rng.normal(0, 1, 60), rng.normal(0.5, 1, 40)]), 1)  # rounded: there are ties
    in_window = np.arange(100) >= 60
    labels = relabellings(in_window, 4_000, seed=5)
    found = concordance(labels, np.arange(100), values)
    assert found[0] == pytest.approx(roc_auc_score(in_window, values))
    test = stats.mannwhitneyu(values[60:], values[:60], alternative="greater")
    assert found[0] * 60 * 40 == pytest.approx(test.statistic)
    assert p_value(found) == pytest.approx(test.pvalue, abs=0.01)


def test_an_empty_side_says_nothing() -> None:
    labels = relabellings(np.array([False, True]), 99, seed=1)
    assert (concordance(labels, np.zeros(0, dtype=np.int64), np.zeros(0)) == 0.5).all()
    inside, outside = shares(labels, np.zeros(2), np.zeros(2))
    assert (inside == 0).all()
    assert (outside == 0).all()
