"""Authority of documents that stand still, on a real collection."""

from datetime import timedelta

import pytest

from retrieval.authority import UsageStats, authority
from tests.indexer.loop import first
from tests.indexer.world import NOW, World


def test_authority_follows_use_without_a_new_version(world: World) -> None:
    loop = first(world)
    loop.settle()
    collection = world.target().collection
    before = world.vectors.get(collection, ["d1#0", "d2#0"], with_vectors=True)
    with world.together():
        for n in range(10):
            world.event("DocumentOpened", f"new{n}", "d1")
    loop.settle()
    assert world.vectors.get(collection, ["d1#0"])["d1#0"].authority == before["d1#0"].authority
    world.clock.ahead = timedelta(minutes=11)
    loop.settle()
    after = world.vectors.get(collection, ["d1#0", "d2#0"], with_vectors=True)
    assert after["d1#0"].authority == pytest.approx(before["d1#0"].authority + 0.17, abs=0.02)
    assert after["d1#0"].dense == before["d1#0"].dense
    assert after["d2#0"] == before["d2#0"]
    assert loop.verifier.read(world.target()).mismatches == 0


def test_authority_falls_when_people_cease_to_come(world: World) -> None:
    with world.together():
        for n in range(10):
            world.event("DocumentOpened", f"new{n}", "d1")
    loop = first(world)
    for _ in range(2):
        loop.settle()
    collection = world.target().collection
    before = world.vectors.get(collection, ["d1#0", "d7#0"])
    world.clock.ahead = timedelta(days=91)
    loop.settle()
    after = world.vectors.get(collection, ["d1#0", "d7#0"])
    right = authority(UsageStats(0, 0), NOW, world.clock())
    assert after["d1#0"].authority == pytest.approx(right, abs=0.01)
    assert after["d1#0"].authority < before["d1#0"].authority - 0.2
    assert after["d7#0"] == before["d7#0"], "it grew older by too little to matter"
