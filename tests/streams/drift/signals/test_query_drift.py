"""query_drift: the classifier's score and how many queries of how many people are behind it."""

from dataclasses import replace

import numpy as np

from streams.drift.signals.query_drift import measure
from streams.drift.statistics.permutation import relabellings
from tests.streams.drift.stacks import stacked


def test_other_vectors_score_high_and_equal_ones_do_not() -> None:
    rng = np.random.default_rng(1)
    data = stacked(people=40, each=4)
    still = replace(data, vectors=rng.normal(size=(160, 8)).astype(np.float32))
    moved = still.vectors.copy()
    moved[data.in_window[data.query_cluster], 0] += 4.0
    labels = relabellings(data.in_window, 99, seed=3)
    found = measure(replace(still, vectors=moved), labels, seed=3)
    assert found.value > 0.9
    assert found.effect == 2 * found.value - 1
    assert (found.reference, found.p) == (0.5, 0.01)
    assert (found.n_reference, found.n_window, found.people_reference, found.people_window) == (80, 80, 20, 20)
    assert measure(still, labels, seed=3).p > 0.05
