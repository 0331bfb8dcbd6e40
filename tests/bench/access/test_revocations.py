"""How long a revocation takes, on a search whose lag is known."""

import time
from collections.abc import Sequence
from typing import cast

import pytest

from bench.access.revocations import SEEKER, Sample, figures, measure, shown_again
from bench.access.world import World
from bench.documents.oracle import Oracle
from bench.documents.population import Change, Population
from bench.documents.searching import Asked
from indexer.answer import Answer
from indexer.ranking import Found


class Lagging:
    """A world whose searches show a document until `lag_s` seconds after it was taken away; then never, or again."""

    def __init__(self, lag_s: float, again_after_s: float = 1e9) -> None:
        self.population, self.oracle = Population("acme", 1), Oracle(1)
        self.taken: dict[str, float] = {}
        self.lag_s, self.again_after_s = lag_s, again_after_s

    def send(self, changes: Sequence[Change]) -> float:
        now = time.monotonic()
        self.taken |= {self.population.word(change.document): now for change in changes}
        return now

    def ask(self, queries: Sequence[str], groups: frozenset[str], k: int = 10) -> list[Asked]:
        assert groups == SEEKER
        now = time.monotonic()
        gone = self.lag_s < now - self.taken[queries[0]] < self.again_after_s
        found = () if gone else (Found(queries[0].replace("note", "note-"), 1, 1.0, "", ""),)
        return [Asked(queries[0], groups, now, now, Answer(found, "m", "c", 1, 0.0))]


def measured(world: Lagging, count: int, patience_s: float) -> list[Sample]:
    names = [world.population.new({"sales", "law"}).document for _ in range(count)]
    return measure(cast(World, world), names, 0.01, patience_s, int)


def test_the_time_until_hidden_is_that_of_the_search() -> None:
    samples = measured(Lagging(lag_s=0.2), 9, patience_s=5)
    told = figures(samples, until=time.monotonic())
    assert told["never_hidden"] == 0
    for name in ("revocation", "same_version", "deletion"):
        assert told[f"{name}_p50_ms"] == pytest.approx(200, abs=80)
    assert [sample.kind for sample in samples[:3]] == ["narrowed", "narrowed_same_version", "deleted"]


def test_what_is_never_hidden_is_counted_and_waited_for_no_longer_than_the_patience() -> None:
    began = time.monotonic()
    samples = measured(Lagging(lag_s=1e9), 3, patience_s=0.3)
    told = figures(samples, until=time.monotonic())
    assert told["never_hidden"] == 3
    assert 300 <= cast(float, told["deletion_p50_ms"]) <= (time.monotonic() - began) * 1_000


def test_what_is_shown_again_is_noticed() -> None:
    world = Lagging(lag_s=0.05, again_after_s=0.5)
    samples = measured(world, 3, patience_s=5)
    assert shown_again(cast(World, world), samples) == 0
    time.sleep(0.6)
    assert shown_again(cast(World, world), samples) == 3
