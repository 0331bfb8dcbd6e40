import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.pairs.search_click import SearchClickRules, rank_weights, weights

RULES = SearchClickRules()


def _weight(rank: int, dwell: float, rules: SearchClickRules = RULES) -> float:
    return float(weights(np.array([rank]), np.array([dwell]), rank_weights(rules), rules)[0])


def test_the_first_rank_with_a_satisfied_visit_counts_one() -> None:
    assert _weight(1, 30.0) == _weight(1, 3_600.0) == 1.0


def test_deeper_ranks_count_by_inverse_propensity_up_to_the_clip() -> None:
    assert [_weight(rank, 60.0) for rank in (1, 2, 4, 5, 6, 10_000)] == [1, 2, 4, 5, 5, 5]
    gentle = SearchClickRules(eta=0.5, clip=10.0)
    assert _weight(4, 60.0, gentle) == 2.0
    assert _weight(100, 60.0, gentle) == _weight(10_000, 60.0, gentle) == 10.0


def test_without_position_bias_all_ranks_count_alike() -> None:
    flat = SearchClickRules(eta=0.0)
    assert _weight(1, 60.0, flat) == _weight(50, 60.0, flat) == 1.0


def test_a_bounce_counts_little_and_unknown_dwell_something_between() -> None:
    assert _weight(1, 0.0) == pytest.approx(0.1)
    assert _weight(1, 15.0) == pytest.approx(0.55)
    assert _weight(1, -1.0) == pytest.approx(0.7)


@given(st.integers(1, 10_000), st.floats(0, 86_400), st.floats(0, 86_400))
def test_weights_are_bounded_and_grow_with_dwell(rank: int, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 < _weight(rank, low) <= _weight(rank, high) <= RULES.clip
