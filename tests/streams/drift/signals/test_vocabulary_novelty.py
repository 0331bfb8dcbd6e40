"""vocabulary_novelty: the share of words that the reference never used, and which they are."""

from dataclasses import replace

import pytest

from streams.drift.signals.vocabulary_novelty import measure
from streams.drift.statistics.permutation import relabellings
from tests.streams.drift.stacks import stacked


def test_unseen_words_are_counted_and_shown() -> None:
    data = stacked(people=20, each=2)
    words = tuple(
        frozenset({"vpn", "passkey"}) if data.in_window[cluster] else frozenset({"vpn", "token"})
        for cluster in data.query_cluster
    )
    found = measure(replace(data, query_words=words), relabellings(data.in_window, 99, seed=3), seed=3)
    assert (found.value, found.reference, found.p) == (0.5, 0.0, 0.01)
    assert found.effect == pytest.approx(1.5707963)
    assert found.detail == {"new_words": ["passkey"]}
