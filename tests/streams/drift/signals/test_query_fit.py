"""query_fit: queries without a title are left out; lower fit is the harm."""

from dataclasses import replace

import numpy as np

from streams.drift.signals.query_fit import measure
from streams.drift.statistics.permutation import relabellings
from tests.streams.drift.stacks import stacked


def test_lower_fit_is_the_harm_and_what_has_none_is_no_case() -> None:
    data = stacked(people=20, each=3)
    fit = np.where(data.in_window[data.query_cluster], 0.3, 0.8)
    fit[::3] = np.nan
    labels = relabellings(data.in_window, 99, seed=3)
    found = measure(replace(data, fit=fit), labels, seed=3)
    assert (found.value, found.reference, found.effect, found.p) == (0.3, 0.8, 1.0, 0.01)
    assert (found.n_reference, found.n_window) == (20, 20)
    assert found.detail == {"kolmogorov_smirnov": 1.0}
    assert measure(replace(data, fit=1 - fit), labels, seed=3).p == 1.0
