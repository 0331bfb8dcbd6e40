"""From searches to a sample: what is one text, what is counted for whom."""

import numpy as np
import pytest

from bench.drift.questions import Remembering
from streams.drift.behaviour import Search
from streams.drift.sampling import in_full, sample
from tests.streams.drift.people import MORNING
from tests.streams.drift.searching import CONFIG, LONG, SHORT, asked


@pytest.fixture(scope="module")
def encoder() -> Remembering:
    return Remembering()


def test_queries_without_a_title_are_left_out_of_fit(encoder: Remembering) -> None:
    searches = [Search("ann", "reset password", MORNING, shown=2, best_shown=("a", "b")), Search("bob", "vpn", MORNING)]
    fit = sample(MORNING, searches, {"a": "", "b": "password reset"}, (), encoder, CONFIG).fit
    assert np.isnan(fit).tolist() == [False, True] or np.isnan(fit).tolist() == [True, False]
    assert np.nanmax(fit) > 0.7


def test_a_query_repeated_by_one_person_is_one_text(encoder: Remembering) -> None:
    asked = [("ann", "VPN  setup"), ("ann", "vpn setup"), ("bob", "vpn setup")]
    found = sample(MORNING, [Search(p, q, MORNING) for p, q in asked], {}, (), encoder, CONFIG)
    assert (found.people, sorted(found.query_person.tolist())) == (("ann", "bob"), [0, 1])
    assert found.counts["reformulation"].cases.tolist() == [2, 1]


def test_counts_and_values_stand_beside_their_person(encoder: Remembering) -> None:
    searches = [
        asked("reset password", 0),
        asked("reset my password", 60, opened=(LONG, SHORT)),
        asked("travel", 5_000),
        asked("vpn", 0, "bob", assistant=True, cited=("d9",), reactions=(":thumbsdown:", "+1", "eyes")),
        asked("wifi", 10, "bob", assistant=True),
    ]
    found = sample(MORNING, searches[::-1], {}, (), encoder, CONFIG)
    assert {name: (counts.hits.tolist(), counts.cases.tolist()) for name, counts in found.counts.items()} == {
        "click_through": ([2, 0], [30, 0]),
        "zero_click": ([2, 0], [3, 0]),
        "reformulation": ([1, 0], [3, 2]),
        "session_satisfaction": ([1, 1], [2, 1]),
        "citation_click": ([0, 1], [0, 2]),
        "negative_reaction": ([0, 1], [0, 2]),
    }
    rank = found.values["click_rank"]
    assert (rank.cluster.tolist(), rank.value.tolist()) == ([0], [1.0])


def test_a_machine_is_nobody_and_a_busy_person_is_somebody(encoder: Remembering) -> None:
    limit = CONFIG.per_user
    machine = [asked(f"status of disk {n}", n, "robot") for n in range(limit)]
    busy = [asked(f"leave {n}", n, "ann", opened=(LONG,) if n == 3 else ()) for n in range(limit)]
    quiet = [asked("vpn", n, "bob") for n in range(limit - 1)]
    assert sample(MORNING, machine + busy + quiet, {}, (), encoder, CONFIG).people == ("ann", "bob")


def test_a_text_that_moved_in_few_days_counts_as_if_it_went_on() -> None:
    assert in_full(0.1, age=7, look_back=7) == in_full(0.1, age=90, look_back=7) == 0.1
    assert in_full(0.1, age=3.5, look_back=7) == pytest.approx(0.2)
    assert in_full(0.9, age=1, look_back=7) == 1.0
    assert in_full(0.1, age=0.01, look_back=7) == pytest.approx(0.7)
