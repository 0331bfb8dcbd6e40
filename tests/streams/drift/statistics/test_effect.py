"""Effect sizes have their textbook values."""

import numpy as np
import pytest

from streams.drift.statistics.effect import cliffs_delta, cohens_h, cohens_hs


def test_cohens_h() -> None:
    assert cohens_h(0.5, 0.25) == pytest.approx(np.pi / 6)
    assert cohens_h(0.25, 0.5) == -cohens_h(0.5, 0.25)
    assert cohens_h(0.4, 0.3) == pytest.approx(0.21, abs=0.005), "Cohen's 'small'"
    assert cohens_hs(np.array([0.5, 1.1]), np.array([0.25, 0.0])) == pytest.approx([np.pi / 6, np.pi])
    assert cohens_h(1.0000001, -0.0000001) == pytest.approx(np.pi), "rounding leaves the range of a share"


def test_cliffs_delta() -> None:
    assert (cliffs_delta(0.5), cliffs_delta(1.0), cliffs_delta(0.0)) == (0, 1, -1)
