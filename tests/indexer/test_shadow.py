"""A shadow's way on real stores: changes meanwhile, restarts, refusals, and what fails it."""

import itertools
from collections.abc import Sequence

import pytest

from indexer.feed.documents import Pending
from indexer.indexing.applying import Applied
from indexer.indexing.sync import Target
from schemas.learning import (
    CutoverRefused,
)
from tests.indexer.loop import Loop, approval, first, record, refused, trained
from tests.indexer.world import NOW, World


@pytest.mark.slow
@pytest.mark.parametrize("turns", [1, 2, 3, 4])
def test_a_restart_in_the_middle_goes_on(world: World, turns: int) -> None:
    loop = first(world)
    loop.settle()
    loop.indexer.handle(trained(world))
    for _ in range(turns):
        loop.turn()
    again = Loop(world)
    again.settle()
    assert again.state(world.next) == "ready"
    assert again.verifier.read(world.target(world.next)).mismatches == 0


@pytest.mark.thorough
def test_documents_that_change_during_the_build_are_in_the_shadow(world: World) -> None:
    loop = first(world, 40)
    loop.settle()
    loop.indexer.handle(trained(world))
    for n in range(4):
        world.put(f"d{n}", 2, "changed while the shadow was built")
        world.put(f"new{n}", 1, "came while the shadow was built")
        world.put("d11", 2 + n, deleted=True)
        loop.turn()
    loop.settle()
    assert [v for v, _, _ in world.shown("d3", world.next)] == [2]
    assert world.shown("d11", world.next) == []
    assert loop.packet().proof.mismatches == 0
    world.put("late", 1, "came after the proof", acl=("board",))
    loop.indexer.handle(approval(loop.packet()))
    assert record(world).model == world.next
    assert [acl for _, _, acl in world.shown("late", world.next)] == [("board",)]


@pytest.mark.thorough
def test_a_shadow_under_changes_that_never_end_becomes_ready(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = first(world)
    loop.settle()
    apply, changes = loop.sync.apply, itertools.count(2)

    def meanwhile(target: Target, batch: Sequence[Pending]) -> Applied:
        world.put("d0", next(changes), "changed while others were written")
        return apply(target, batch)

    monkeypatch.setattr(loop.sync, "apply", meanwhile)
    loop.indexer.handle(trained(world))
    turns = 0
    while loop.state(world.next) != "ready":
        loop.turn()
        turns += 1
        assert turns < 20
    monkeypatch.undo()
    loop.settle()
    assert [v for v, _, _ in world.shown("d0", world.next)] == [next(changes) - 1]


@pytest.mark.thorough
def test_a_build_ends_where_it_began_and_catches_up_afterwards(world: World) -> None:
    loop = first(world)
    loop.settle()
    loop.indexer.handle(trained(world))
    sync, target = loop.sync, world.target(world.next)
    sync.ensure(target)
    world.put("d0", 2, "changed before it was compared")
    assert sync.advance(target, 60, follow=False).finished
    world.put("d1", 2, "changed after the end of the build")
    world.put("a new one", 1, "came after the end of the build")
    assert sync.advance(target, 60, follow=False) == Applied(finished=True)
    assert sync.advance(target, 60).documents == 2
    assert [v for v, _, _ in world.shown("d1", world.next)] == [2]


def test_a_refused_shadow_is_dropped_and_does_not_come_back(world: World) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()
    event = CutoverRefused(
        event_id="no",
        tenant=world.tenant,
        occurred_at=NOW,
        packet=packet.digest,
        collection=packet.collection,
        by="op",
        reason="loses",
    )
    loop.indexer.handle(event)
    loop.settle()
    assert loop.state(world.next) == "retired"
    assert not world.vectors.exists(packet.collection)
    loop.indexer.handle(trained(world))
    loop.settle()
    assert not world.vectors.exists(packet.collection)
    assert "retired" in refused(loop, approval(packet))


def test_a_model_that_is_not_on_the_shelf_fails_its_shadow_and_nothing_else(world: World) -> None:
    loop = first(world)
    loop.settle()
    loop.indexer.handle(trained(world, "absent"))
    loop.settle()
    assert loop.state("absent") == "failed"
    about = world.serving.collection(world.tenant, world.target("absent").collection)
    assert about is not None
    assert "no model 'absent'" in about.note
    assert world.searcher.search(world.tenant, ["topic"], frozenset())[0].results
