"""What the reference's own windows teach before anything is judged."""

import numpy as np
import pytest

from bench.drift.questions import Remembering
from streams.drift.calibration import calibrated
from streams.drift.config import DriftConfig
from streams.drift.detectors.baseline import expect
from streams.drift.sample import Sample
from tests.streams.drift.people import Company, window

CONFIG = DriftConfig(permutations=599)
COMPANY = Company(people=30, searches=5)


@pytest.fixture(scope="module")
def encoder() -> Remembering:
    return Remembering()


def reference(encoder: Remembering, restless: float) -> list[Sample]:
    rng = np.random.default_rng(22)
    return [window(COMPANY.day(n, rng, shift=restless * (n % 2)), encoder, CONFIG) for n in range(6)]


def test_days_that_always_differ_are_expected_to(encoder: Remembering) -> None:
    least = CONFIG.effects.of("query_drift") * CONFIG.least_spread
    calm, restless = (calibrated(reference(encoder, shift), CONFIG).quiet["query_drift"] for shift in (0.0, 0.8))
    assert len(calm) == len(restless) == 6
    assert all(one.variance > 0 for one in calm)
    before, after = (expect(known, calm[0].variance, None, least) for known in (calm, restless))
    assert after.mean > before.mean + 2 * before.spread, "days that always differ are no news"


def test_two_windows_and_too_few_cases_teach_nothing(encoder: Remembering) -> None:
    days = reference(encoder, 0.0)
    assert set(calibrated(days[:2], CONFIG).quiet.values()) == {()}
    assert calibrated(days, CONFIG.model_copy(update={"min_people": 31})).quiet["zero_click"] == ()
    assert calibrated(days, CONFIG).evidence == {}
