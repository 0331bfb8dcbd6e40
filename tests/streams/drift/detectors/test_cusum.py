"""The cumulative sum: how long quiet takes to its limit, and how soon a change does."""

import numpy as np
import pytest

from streams.drift.detectors.cusum import advance, limit


def steps(scores: list[float], allowance: float = 1.0, most: float = 9.0, ceiling: float = 99.0) -> list[float]:
    found, evidence = [], 0.0
    for score in scores:
        evidence = advance(evidence, score, allowance, most, ceiling)
        found.append(evidence)
    return found


def test_evidence_adds_up_what_exceeds_the_allowance_and_never_falls_below_nothing() -> None:
    assert steps([-5.0, 1.5, 2.0, 0.5, -9.0, 1.2]) == pytest.approx([0, 0.5, 1.5, 1.0, 0, 0.2])


def test_one_window_adds_at_most_its_share_and_evidence_ends_at_the_ceiling() -> None:
    assert steps([40.0, 40.0, 40.0], most=2.0, ceiling=5.0) == [2.0, 4.0, 5.0]


@pytest.mark.parametrize(("allowance", "run_length"), [(0.5, 200.0), (1.0, 200.0), (1.0, 50.0)])
def test_a_quiet_sum_reaches_its_limit_as_late_as_it_should(allowance: float, run_length: float) -> None:
    rng, needed = np.random.default_rng(3), limit(run_length, allowance)
    evidence, waited, lengths = np.zeros(2_000), np.zeros(2_000), []
    for _ in range(400):
        evidence = np.maximum(0.0, evidence + rng.normal(size=2_000) - allowance)
        waited += 1
        lengths += waited[evidence >= needed].tolist()
        waited[evidence >= needed] = 0
        evidence[evidence >= needed] = 0
    alarms = len(lengths)
    assert 2_000 * 400 / alarms == pytest.approx(run_length, rel=0.15)


def test_a_run_length_of_a_few_windows_has_no_limit_below_nothing() -> None:
    assert limit(1.0, 1.0) == 0.0
    assert limit(1_000.0, 1.0) < limit(10_000.0, 1.0)
