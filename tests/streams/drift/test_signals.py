"""All signals of a window together, and thresholds that learn from the reference."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from streams.drift.behaviour import Search
from streams.drift.config import SIGNALS, DriftConfig
from streams.drift.sample import Changed, Sample, sample
from streams.drift.signals import measure, thresholds
from tests.streams.drift.people import MORNING, Company, Remembering, window

CONFIG = DriftConfig(permutations=599)
COMPANY = Company(people=30, searches=5)


@pytest.fixture(scope="module")
def encoder() -> Remembering:
    return Remembering()


@pytest.fixture(scope="module")
def days(encoder: Remembering) -> list[Sample]:
    rng = np.random.default_rng(21)
    return [window(COMPANY.day(n, rng), encoder, CONFIG) for n in range(6)]


def test_every_signal_is_measured_in_the_order_people_read(days: list[Sample]) -> None:
    found = measure(days[:5], days[5], CONFIG)
    assert tuple(found) == SIGNALS
    assert all(found[signal].signal == signal for signal in SIGNALS)
    assert measure(days[:5], days[5], CONFIG) == found, "the same rows give the same numbers"


def test_a_calm_reference_keeps_the_configured_thresholds(days: list[Sample]) -> None:
    found = thresholds(days, CONFIG)
    assert found["query_drift"] == CONFIG.effects.query_drift
    assert found["corpus_drift"] == CONFIG.effects.corpus_drift
    assert all(CONFIG.effects.of(signal) <= found[signal] <= 2 * CONFIG.effects.of(signal) for signal in SIGNALS)


def test_a_restless_reference_raises_them_but_never_silences(encoder: Remembering) -> None:
    rng = np.random.default_rng(22)
    restless = [window(COMPANY.day(n, rng, shift=0.8 * (n % 2)), encoder, CONFIG) for n in range(6)]
    found = thresholds(restless, CONFIG)
    assert found["query_drift"] > CONFIG.effects.query_drift
    assert found["vocabulary_novelty"] <= CONFIG.calibration_cap * CONFIG.effects.vocabulary_novelty
    assert thresholds(restless[:2], CONFIG)["query_drift"] == CONFIG.effects.query_drift, "two windows have no spread"


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


def test_queries_without_a_title_are_left_out_of_fit(encoder: Remembering) -> None:
    searches = [Search("ann", "reset password", MORNING, shown=2, best_shown=("a", "b")), Search("bob", "vpn", MORNING)]
    fit = sample(MORNING, searches, {"a": "", "b": "password reset"}, (), encoder, CONFIG).fit
    assert np.isnan(fit).tolist() == [False, True] or np.isnan(fit).tolist() == [True, False]
    assert np.nanmax(fit) > 0.7


def test_a_query_repeated_by_one_person_is_one_text(encoder: Remembering) -> None:
    asked = [("ann", "VPN  setup"), ("ann", "vpn setup"), ("bob", "vpn setup")]
    found = sample(MORNING, [Search(p, q, MORNING) for p, q in asked], {}, (), encoder, CONFIG)
    assert (found.people, sorted(found.query_person.tolist())) == (("ann", "bob"), [0, 1])
    assert found.behaviour.counts["reformulation"].cases.tolist() == [2, 1]


def test_changed_documents_weigh_as_often_as_they_are_opened(days: list[Sample]) -> None:
    calm = tuple(Changed(f"d{n}", 1 + n % 5, n == 0) for n in range(100))
    stirred = tuple(Changed(f"d{n}", 10 if n < 20 else 1, n < 20) for n in range(100))
    found = measure([replace(day, documents=calm) for day in days[:3]], replace(days[5], documents=stirred), CONFIG)
    corpus = found["corpus_drift"]
    assert corpus.value == pytest.approx(200 / 280)
    assert corpus.reference == pytest.approx(3 / 900)
    assert (corpus.p, corpus.n_reference, corpus.n_window) == (1 / 600, 300, 100)


@pytest.mark.filterwarnings("error")
def test_two_empty_windows_are_measured_without_error(encoder: Remembering) -> None:
    empty = sample(MORNING, [], {}, (), encoder, CONFIG)
    found = measure([empty], empty, CONFIG)
    assert {m.n_window for m in found.values()} == {0}
    assert {m.p for m in found.values()} == {1.0}
