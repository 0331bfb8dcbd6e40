"""How often drift cries wolf, and how soon it sees one, on real questions of simulated people."""

import time
from collections.abc import Sequence

import numpy as np
import pytest

from bench.drift.questions import Remembering
from streams.drift.calibration import calibrated
from streams.drift.config import DriftConfig
from streams.drift.judgement import Judged, Span, judge
from streams.drift.measurement import measure
from streams.drift.sample import Sample
from streams.drift.signals import SIGNALS
from tests.streams.drift.people import Company, window

QUICK = DriftConfig(permutations=599)


@pytest.fixture(scope="module")
def encoder() -> Remembering:
    return Remembering()


def replay(reference: Sequence[Sample], later: Sequence[Sample], config: DriftConfig) -> list[list[Judged]]:
    """Judge `later` days one after the other against a frozen reference; nobody is asked."""
    watch, found = calibrated(reference, config), []
    for number, sample in enumerate(later):
        judged, watch = judge(measure(reference, sample, config), watch, config, Span(1, number % 7))
        found.append(judged)
    return found


def years(
    company: Company,
    encoder: Remembering,
    config: DriftConfig,
    seed: int,
    windows: int,
    shift: float = 0.0,
    opens: float | None = None,
) -> list[list[Judged]]:
    rng = np.random.default_rng(seed)
    reference = [window(company.day(n, rng), encoder, config) for n in range(config.reference_windows)]
    later = [window(company.day(10 + n, rng, shift, opens), encoder, config) for n in range(windows)]
    return replay(reference, later, config)


def alarms(found: Sequence[Sequence[Judged]], *verdicts: str) -> int:
    return sum(any(judged.verdict in verdicts for judged in window) for window in found)


@pytest.mark.slow
def test_quiet_weeks_raise_no_alarm(encoder: Remembering) -> None:
    company = Company(people=25, searches=4)
    found = [window for seed in range(8) for window in years(company, encoder, QUICK, seed, windows=5)]
    assert alarms(found, "tripped") == 0
    assert alarms(found, "suspect", "tripped") <= len(found) / 10


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shift", "opens", "signal"),
    [(0.4, None, "query_drift"), (0.3, None, "vocabulary_novelty"), (0.0, 0.35, "zero_click")],
)
def test_a_change_trips_with_its_second_window(
    encoder: Remembering, shift: float, opens: float | None, signal: str
) -> None:
    company = Company(people=40, searches=5)
    for seed in (1, 2, 3):
        found = years(company, encoder, QUICK, seed, windows=2, shift=shift, opens=opens)
        assert [j.verdict for w in found for j in w if j.measured.signal == signal] == ["suspect", "tripped"]


def test_a_change_for_the_better_is_no_alarm(encoder: Remembering) -> None:
    found = years(Company(people=40, searches=5, opens=0.4), encoder, QUICK, 4, windows=3, opens=0.8)
    assert alarms(found, "tripped") == 0


@pytest.mark.slow
@pytest.mark.parametrize(("people", "searches"), [(60, 5.0), (20, 4.0)])
def test_false_alarms_of_two_hundred_quiet_months(encoder: Remembering, people: int, searches: float) -> None:
    """A quiet tenant may ask once in 90 days; here for each of 1,000 days. p values must be uniform or cautious."""
    company = Company(people, searches)
    months = [years(company, encoder, QUICK, 1_000 + seed, windows=5) for seed in range(200)]
    found = [window for month in months for window in month]
    assert alarms(found, "tripped") <= len(found) / QUICK.false_alarm_days
    for signal in (one.name for one in SIGNALS):
        p = np.array([j.measured.p for w in found for j in w if j.measured.signal == signal and j.verdict != "too_few"])
        if len(p) > 100:
            assert np.mean(p <= 0.05) <= 0.075, signal
            assert np.mean(p <= 0.5) <= 0.58, signal


@pytest.mark.slow
def test_the_largest_window_is_judged_within_a_second(encoder: Remembering) -> None:
    config = DriftConfig()
    company, rng = Company(people=400, searches=5), np.random.default_rng(9)
    days = [company.day(n, rng)[: config.max_reference_queries // 7] for n in range(7)]
    reference = [window(day, encoder, config) for day in days]
    sample = window(company.day(8, rng)[: config.max_queries], encoder, config)
    spent = []
    for _ in range(3):
        began = time.process_time()
        measure(reference, sample, config)
        spent.append(time.process_time() - began)
    assert min(spent) < 1.0
