"""What relabelled effects say of chance; the observed one, which stands first, says nothing of it."""

import numpy as np
import pytest

from streams.drift.statistics.chance import Chance, chance


def test_mean_and_variance_leave_the_observed_effect_out() -> None:
    found = chance(np.array([99.0, 1.0, 2.0, 3.0]))
    assert found.mean == 2.0
    assert found.variance == pytest.approx(1.0)


@pytest.mark.parametrize("effects", [[5.0], [5.0, 1.0]])
def test_nothing_relabelled_is_no_chance(effects: list[float]) -> None:
    assert chance(np.array(effects)) == Chance()
