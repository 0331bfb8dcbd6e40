"""How long a revocation takes, on a search whose lag is known."""

import time
from collections.abc import Sequence
from typing import cast

import pytest

from bench.access.revocations import SEEKER, Sample, figures, measure
from bench.access.world import World
from bench.documents.population import Change, Population
from bench.documents.searching import Asked
from bench.stack import Stack
from indexer.search.answer import Answer
from indexer.search.shown import Found
from tests.bench.access.library import Library


class Lagging(World):
    """A world whose searches show a document until `lag_s` seconds after it was taken away."""

    def __init__(self, lag_s: float) -> None:
        library = Library()
        super().__init__(cast(Stack, None), library, library.deliver, library.stored, Population("acme", 1))
        self.taken: dict[str, float] = {}
        self.lag_s = lag_s

    def send(self, changes: Sequence[Change]) -> float:
        now = time.monotonic()
        self.taken |= {self.population.word(change.document): now for change in changes}
        return now

    def ask(self, queries: Sequence[str], groups: frozenset[str], k: int = 10) -> list[Asked]:
        assert groups == SEEKER
        now = time.monotonic()
        return [self._asked(query, groups, now) for query in queries]

    def _asked(self, query: str, groups: frozenset[str], now: float) -> Asked:
        gone = now - self.taken[query] > self.lag_s
        found = () if gone else (Found(query.replace("note", "note-"), 1, 1.0, "", ""),)
        return Asked(query, groups, now, now, Answer(found, "m", "c", 1, 0.0))


def measured(world: Lagging, count: int, patience_s: float) -> list[Sample]:
    names = [world.population.new({"sales", "law"}).document for _ in range(count)]
    return measure(world, names, 0.01, patience_s, int)


def test_the_time_until_hidden_is_that_of_the_search() -> None:
    samples = measured(Lagging(lag_s=0.2), 9, patience_s=5)
    found = figures(samples, until=time.monotonic())
    assert found["never_hidden"] == 0
    for name in ("revocation", "same_version", "deletion"):
        assert found[f"{name}_p50_ms"] == pytest.approx(200, abs=80)
    assert [sample.kind for sample in samples[:3]] == ["narrowed", "narrowed_same_version", "deleted"]


def test_what_is_never_hidden_is_counted_and_waited_for_no_longer_than_the_patience() -> None:
    began = time.monotonic()
    samples = measured(Lagging(lag_s=1e9), 3, patience_s=0.3)
    found = figures(samples, until=time.monotonic())
    assert found["never_hidden"] == 3
    assert 300 <= cast(float, found["deletion_p50_ms"]) <= (time.monotonic() - began) * 1_000
