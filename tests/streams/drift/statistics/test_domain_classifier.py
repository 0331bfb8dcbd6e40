"""The domain classifier: what it finds, what it must not find, and that its p values are honest."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from streams.drift.statistics.domain_classifier import classifier_auc, leading_components
from streams.drift.statistics.permutation import p_value, relabellings

Matrix = NDArray[np.float32]


def clustered(rng: np.random.Generator, people: int, each: int, d: int = 32, spread: float = 1.0) -> Matrix:
    """People with a topic of their own, `each` queries a person."""
    topics = np.repeat(rng.normal(size=(people, d)) * spread, each, axis=0)
    rows = topics + rng.normal(size=topics.shape)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def auc(vectors: Matrix, cluster: NDArray[np.int64], in_window: NDArray[np.bool_], count: int) -> NDArray[np.float64]:
    return classifier_auc(vectors, cluster, cluster, relabellings(in_window, count, seed=7), seed=7)


def test_the_value_is_near_that_of_scikit_learns_cross_validated_discriminant() -> None:
    rng = np.random.default_rng(1)
    vectors = clustered(rng, 120, 5)
    cluster, in_window = np.repeat(np.arange(120), 5), np.arange(120) >= 80
    vectors[in_window[cluster]] += 0.06
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.1)
    marks = in_window[cluster]
    scores = cross_val_predict(model, vectors, marks, groups=cluster, cv=GroupKFold(5), method="decision_function")
    assert auc(vectors, cluster, in_window, 0)[0] == pytest.approx(roc_auc_score(marks, scores), abs=0.04)


def test_a_shift_is_found_and_the_same_words_are_not() -> None:
    rng = np.random.default_rng(2)
    vectors = clustered(rng, 60, 4)
    cluster, in_window = np.repeat(np.arange(60), 4), np.arange(60) >= 40
    still = auc(vectors, cluster, in_window, 499)
    assert 0.35 < still[0] < 0.65
    assert p_value(still) > 0.05
    vectors[in_window[cluster], 0] += 0.5
    moved = auc(vectors, cluster, in_window, 499)
    assert moved[0] > 0.8
    assert p_value(moved) == 1 / 500


def test_p_values_without_drift_are_uniform_even_when_people_stick_to_topics() -> None:
    rng = np.random.default_rng(3)
    cluster, in_window = np.repeat(np.arange(30), 4), np.arange(30) >= 20
    found = [p_value(auc(clustered(rng, 30, 4), cluster, in_window, 199)) for _ in range(200)]
    assert stats.kstest(found, "uniform").pvalue > 0.01
    assert np.mean(np.array(found) <= 0.05) <= 0.1


def test_thirty_queries_without_drift_do_not_alarm() -> None:
    rng = np.random.default_rng(4)
    cluster, in_window = np.repeat(np.arange(20), 3), np.arange(20) >= 10
    found = [p_value(auc(clustered(rng, 20, 3), cluster, in_window, 199)) for _ in range(100)]
    assert np.mean(np.array(found) <= 0.01) <= 0.04


def test_repeated_queries_cannot_be_told_apart_by_the_order_they_came_in() -> None:
    vectors = np.tile(clustered(np.random.default_rng(5), 2, 1), (100, 1))
    cluster, in_window = np.arange(200), np.arange(200) >= 100
    found = auc(vectors, cluster, in_window, 199)
    assert 0.4 < found[0] < 0.6
    assert p_value(found) > 0.05


def test_nobody_is_recognised_by_their_own_words() -> None:
    # One group asks in the reference, another in the window, each person with one topic: folds that split a person's
    # queries would learn the persons by heart and call it drift.
    rng = np.random.default_rng(6)
    cluster, in_window = np.repeat(np.arange(40), 10), np.arange(40) >= 20
    found = auc(clustered(rng, 40, 10, spread=4.0), cluster, in_window, 199)
    assert found[0] < 0.75
    assert p_value(found) > 0.05


def test_components_keep_distances_when_there_are_few_dimensions() -> None:
    vectors = clustered(np.random.default_rng(7), 20, 2)
    kept = leading_components(vectors)
    assert kept.shape == (40, 32)
    assert np.linalg.norm(kept[3] - kept[9]) == pytest.approx(np.linalg.norm(vectors[3] - vectors[9]), rel=1e-3)


def test_one_person_alone_cannot_be_told_from_anybody() -> None:
    vectors = np.random.default_rng(3).normal(size=(40, 8)).astype(np.float32)
    day, person = np.repeat(np.arange(4), 10), np.zeros(40, dtype=np.int64)
    labels = np.arange(4)[None, :] == np.arange(4)[:, None]
    assert classifier_auc(vectors, day, person, labels, 7).tolist() == [0.5] * 4
