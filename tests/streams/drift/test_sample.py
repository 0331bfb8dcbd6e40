"""Samples side by side: clusters are people of a window, people keep their number across windows."""

import numpy as np

from streams.drift.sample import Changed, Counts, Sample, Values, stack
from tests.streams.drift.people import MORNING


def one(*people: str, documents: int = 0) -> Sample:
    each = np.arange(len(people))
    numbers = each.astype(np.float64)
    return Sample(
        start=MORNING,
        people=people,
        query_person=each,
        query_words=tuple(frozenset({person}) for person in people),
        vectors=np.ones((len(people), 2), dtype=np.float32),
        fit=numbers,
        counts={"s": Counts(numbers + 1, numbers + 2)},
        values={"v": Values(each[-1:], np.array([0.5]))},
        documents=tuple(Changed(f"d{i}", 2 + i, float(i == 0)) for i in range(documents)),
    )


def test_the_last_sample_is_the_window_and_people_are_known_again() -> None:
    data = stack([one("ann", "bob", documents=1), one("bob")], one("cat", "ann", documents=2))
    assert data.in_window.tolist() == [False, False, False, True, True]
    assert data.person.tolist() == [0, 1, 1, 2, 0]
    assert data.query_cluster.tolist() == [0, 1, 2, 3, 4]
    assert data.counts["s"].hits.tolist() == [1, 2, 1, 1, 2]
    assert data.counts["s"].cases.tolist() == [2, 3, 2, 2, 3]
    assert data.values["v"].cluster.tolist() == [1, 2, 4]
    assert data.openings.tolist() == [2, 2, 3]
    assert data.moved.tolist() == [2, 2, 0]
    assert data.document_in_window.tolist() == [False, True, True]


def test_a_person_of_two_days_is_one_person_and_two_observations() -> None:
    data = stack([one("ann"), one("ann", "bob")], one("ann"))
    assert data.people(np.array([0, 1, 3])) == (1, 1)
    assert data.sizes(np.array([0, 1, 1, 2, 3])) == (4, 1, 2, 1)
