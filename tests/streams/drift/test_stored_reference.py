"""A reference as rows, and back."""

from datetime import timedelta

import numpy as np
import pytest

from bench.drift.questions import Remembering
from schemas.instants import milliseconds
from streams.drift.calibration import calibrated
from streams.drift.config import DriftConfig
from streams.drift.measurement import measure
from streams.drift.sample import Changed
from streams.drift.sampling import sample
from streams.drift.stored_reference import Reference, header, reference_id, restored, sample_rows
from streams.drift.windows import Epoch
from tests.streams.drift.people import MORNING, Company

CONFIG = DriftConfig(permutations=599)
COMPANY = Company(people=20, searches=5)
STARTS = tuple(milliseconds(MORNING + timedelta(days=n)) for n in range(4))


@pytest.fixture(scope="module")
def made() -> Reference:
    rng, encoder, days = np.random.default_rng(8), Remembering(), []
    for number in range(4):
        searches = COMPANY.day(number, rng)
        titles = {title: title for search in searches for title in search.best_shown}
        start = MORNING + timedelta(days=number)
        days.append(sample(start, searches, titles, [Changed("d", 3, 0.5)], encoder, CONFIG))
    epoch = Epoch("base", STARTS[-1], tuple((start, "base") for start in STARTS))
    return Reference(epoch, STARTS[0] + 5, tuple(days), calibrated(days, CONFIG))


def test_a_reference_comes_back_as_it_was(made: Reference) -> None:
    head, rows = header("acme", made, "rules", 7), sample_rows("acme", made)
    found = restored(head, rows[::-1], 256)
    assert (found.epoch, found.since_ms, found.watch, found.missing) == (made.epoch, made.since_ms, made.watch, 0)
    assert [s.people for s in found.samples] == [s.people for s in made.samples]
    assert [s.documents for s in found.samples] == [s.documents for s in made.samples]
    before = measure(made.samples[:3], made.samples[3], CONFIG)
    after = measure(found.samples[:3], found.samples[3], CONFIG)
    for name, measured in before.items():
        if name != "query_drift":  # whose folds depend on the order of the queries
            assert after[name].effect == pytest.approx(measured.effect, abs=1e-6), name
            assert after[name].n_window == measured.n_window
    again = restored(header("acme", found, "rules", 7), sample_rows("acme", found), 256)
    assert measure(again.samples[:3], again.samples[3], CONFIG) == after, "read again, it is the same to the last bit"


def test_a_forgotten_person_is_missed(made: Reference) -> None:
    head, rows = header("acme", made, "rules", 7), sample_rows("acme", made)
    gone = made.samples[0].people[0]
    days = sum(gone in sample.people for sample in made.samples)
    found = restored(head, [row for row in rows if row["user"] != gone], 256)
    assert found.missing == days
    nobody = restored(head, [row for row in rows if row["user"] == ""], 256)
    assert measure(nobody.samples[:3], nobody.samples[3], CONFIG)["zero_click"].n_window == 0


def test_an_id_follows_from_tenant_model_and_beginning(made: Reference) -> None:
    other = Epoch("base", STARTS[0], made.epoch.reference)
    assert len({reference_id("a", made.epoch), reference_id("b", made.epoch), reference_id("a", other)}) == 3
