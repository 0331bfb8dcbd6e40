"""corpus_drift: openings of changed text, document by document."""

from dataclasses import replace

import numpy as np
import pytest

from streams.drift.signals.corpus_drift import measure
from streams.drift.statistics.permutation import relabellings
from tests.streams.drift.stacks import stacked


def test_changed_documents_weigh_as_often_as_they_are_opened() -> None:
    openings = np.array([1, 2, 3, 4, 5] * 20 + [10] * 20 + [1] * 80, dtype=float)
    changed = np.where(np.arange(200) >= 120, 0.0, openings)
    changed[1:100] = 0
    here = np.arange(200) >= 100
    data = replace(stacked(2, 1), openings=openings, moved=changed, document_in_window=here)
    found = measure(data, relabellings(here, 599, seed=3), seed=3)
    assert found.value == pytest.approx(200 / 280)
    assert found.reference == pytest.approx(1 / 300)
    assert (found.p, found.n_reference, found.n_window, found.people_window) == (1 / 600, 100, 100, 0)
    assert found.detail == {"changed_documents": 20, "openings": 280}
