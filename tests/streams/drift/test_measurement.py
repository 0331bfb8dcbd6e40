"""All signals of a window together."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from bench.drift.questions import Remembering
from streams.drift.config import DriftConfig
from streams.drift.measurement import enough, measure
from streams.drift.sample import Sample
from streams.drift.sampling import sample
from streams.drift.signal import Measured
from streams.drift.signals import SIGNALS
from streams.drift.statistics.chance import Chance
from tests.streams.drift.people import MORNING, Company, window

CONFIG = DriftConfig(permutations=599)
COMPANY = Company(people=30, searches=5)
READING_ORDER = (
    "query_drift", "vocabulary_novelty", "query_fit", "click_through", "click_rank", "zero_click", "reformulation",
    "session_satisfaction", "citation_click", "negative_reaction", "corpus_drift",
)  # fmt: skip
BY_NAME = {signal.name: signal for signal in SIGNALS}


def measured(signal: str, n: int, people: int = 40) -> Measured:
    return Measured(signal, 0.5, 0.3, 0.5, 0.001, n, n, people, people, Chance())


@pytest.fixture(scope="module")
def encoder() -> Remembering:
    return Remembering()


@pytest.fixture(scope="module")
def days(encoder: Remembering) -> list[Sample]:
    rng = np.random.default_rng(21)
    return [window(COMPANY.day(n, rng), encoder, CONFIG) for n in range(6)]


def test_every_signal_is_measured_in_the_order_people_read(days: list[Sample]) -> None:
    found = measure(days[:5], days[5], CONFIG)
    assert tuple(found) == tuple(BY_NAME)
    assert tuple(name for name in found if name in READING_ORDER) == READING_ORDER
    assert all(found[name].signal == name for name in found)
    assert measure(days[:5], days[5], CONFIG) == found, "the same rows give the same numbers"


def test_fit_falls_when_what_is_found_no_longer_fits(days: list[Sample], encoder: Remembering) -> None:
    rng = np.random.default_rng(23)
    searches = COMPANY.day(9, rng)
    lost = [replace(search, best_shown=("cafeteria menu", "parking rules")) for search in searches]
    found = measure(days[:5], window(lost, encoder, CONFIG), CONFIG)["query_fit"]
    assert (found.value, found.effect) < (found.reference, 2)
    assert found.effect > 0.8
    assert found.p == 1 / 600
    before = np.concatenate([day.fit for day in days[:5]])
    now = window(lost, encoder, CONFIG).fit
    assert found.detail["kolmogorov_smirnov"] == pytest.approx(stats.ks_2samp(now, before).statistic, abs=1e-4)


@pytest.mark.filterwarnings("error")
def test_two_empty_windows_are_measured_without_error(encoder: Remembering) -> None:
    empty = sample(MORNING, [], {}, (), encoder, CONFIG)
    found = measure([empty], empty, CONFIG)
    assert {m.n_window for m in found.values()} == {0}
    assert {m.p for m in found.values()} == {1.0}


def test_queries_need_more_cases_than_shares_and_documents_nobody() -> None:
    assert enough(BY_NAME["zero_click"], measured("zero_click", n=30), CONFIG)
    assert not enough(BY_NAME["zero_click"], measured("zero_click", n=29), CONFIG)
    assert not enough(BY_NAME["zero_click"], measured("zero_click", n=30, people=7), CONFIG)
    assert not enough(BY_NAME["query_drift"], measured("query_drift", n=49), CONFIG)
    assert enough(BY_NAME["query_drift"], measured("query_drift", n=50), CONFIG)
    assert enough(BY_NAME["corpus_drift"], measured("corpus_drift", n=30, people=0), CONFIG)
