"""What serves is kept fresh and whole; what served is dropped in its time."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from indexer.feed.documents import Pending
from indexer.indexing.applying import Applied
from indexer.indexing.sync import Target
from indexer.search.answer import Answer
from indexer.upkeep import OUTDATED
from retrieval import passages
from retrieval.encoders import Encoder
from stores.errors import Refused, Retryable
from stores.rebuilds import Rebuild
from stores.vector_rows import alias_name, vector_row
from tests.indexer.loop import Loop, approval, first, record
from tests.indexer.world import NOW, World


@pytest.mark.thorough
def test_a_standbys_time_ends(world: World) -> None:
    loop = first(world)
    loop.settle()
    loop.indexer.handle(approval(loop.ready()))
    world.clock.ahead = timedelta(days=8)
    loop.settle()
    assert loop.state(world.live) == "retired"
    assert not world.vectors.exists(world.target(world.live).collection)
    assert record(world).collection == world.target(world.next).collection
    with pytest.raises(Refused, match="no standby"):
        loop.roll_back()


def ask(world: World) -> Answer:
    return world.searcher.search(world.tenant, ["topic"], frozenset({"board"}), 20)[0]


@pytest.mark.thorough
@pytest.mark.parametrize("side", ["live", "standby"])
def test_a_collection_that_is_dropped_while_it_serves_is_noticed_and_filled_again(world: World, side: str) -> None:
    loop = first(world)
    loop.settle()
    loop.indexer.handle(approval(loop.ready()))
    loop.settle()
    serving = record(world)
    standby = serving.standby
    assert standby is not None
    lost, noted = serving.collection if side == "live" else standby.collection, list[str]()
    apply = loop.indexer._upkeep.sync.apply

    def noting(target: Target, batch: Sequence[Pending]) -> Applied:
        rebuild = world.serving.rebuilds.get(world.tenant, lost)
        noted.append(str(rebuild))
        if side == "live":
            assert ask(world).rebuild == rebuild
        else:
            with pytest.raises(Refused, match=f"the standby {lost} is being rebuilt, . of 12"):
                loop.roll_back()
        return apply(target, batch)

    loop.indexer._upkeep.sync.apply = noting  # type: ignore[method-assign]  # looks before every batch
    world.vectors.drop(lost)
    if side == "live":
        with pytest.raises(Retryable, match="is being rebuilt, 0 of 12 documents; try again"):
            ask(world)
    else:
        with pytest.raises(Refused, match="gone from Milvus"):
            loop.roll_back()
    assert record(world) == serving
    loop.settle()
    assert noted == ["being rebuilt, 0 of 12 documents", "being rebuilt, 6 of 12 documents"], "what is used first"
    assert world.serving.rebuilds.of(world.tenant) == {}
    assert (len(ask(world).results), ask(world).rebuild) == (12, None)
    assert world.vectors.labelled(alias_name(world.tenant)) == serving.collection
    assert loop.roll_back().collection == standby.collection


@pytest.mark.thorough
def test_collections_of_older_rules_are_rebuilt_at_the_next_start_and_that_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first(world).settle()
    monkeypatch.setattr(passages, "TITLE_SHARE", 60)
    assert world.sync.outdated(world.target())
    Loop(world).settle()
    collection = world.target().collection
    assert f"{collection} is rebuilt from 12 documents: {OUTDATED}" in caplog.messages
    assert world.serving.rebuilds.of(world.tenant) == {}
    assert not world.sync.outdated(world.target())
    assert len(ask(world).results) == 12


def test_what_an_operator_asks_for_is_made_anew_with_the_vectors_that_are_there(world: World) -> None:
    loop = first(world)
    loop.settle()
    collection = world.target().collection
    world.vectors.delete(collection, ["d1#0"])
    stray = world.vectors.get(collection, ["d2#0"], with_vectors=True)["d2#0"].dense
    assert stray is not None
    world.vectors.upsert(collection, [vector_row("stray", 0, 1, "h", ("everyone",), "t", "t", ["t"], stray, 0.0, 0)])
    asked = Rebuild(reason="asked", at=NOW, asked=True)
    world.serving.rebuilds.save(world.tenant, collection, asked)
    loop.settle()
    assert world.serving.rebuilds.of(world.tenant) == {}
    assert (len(world.shown("d1")), world.shown("stray")) == (1, [])
    assert loop.verifier.read(world.target()).mismatches == 0


def test_a_lost_collection_is_noted_before_it_is_made_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    loop, noted = first(world), list[str]()
    loop.settle()
    ensure, collection = loop.indexer._upkeep.sync.ensure, world.target().collection
    world.vectors.drop(collection)

    def noting(target: Target) -> None:
        noted.append(str(world.serving.rebuilds.get(world.tenant, collection)))
        ensure(target)

    monkeypatch.setattr(loop.indexer._upkeep.sync, "ensure", noting)
    loop.settle()
    assert noted == ["being rebuilt, 0 of 12 documents"]


def test_what_stands_in_the_way_of_a_rebuild_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = first(world)
    loop.settle()
    world.vectors.drop(world.target().collection)

    def damaged(*given: object) -> Encoder:
        raise Refused("the model is damaged")

    monkeypatch.setattr(world.encoders, "get", damaged)
    with pytest.raises(Refused, match="damaged"):
        loop.turn()
    rebuild = world.serving.rebuilds.get(world.tenant, world.target().collection)
    assert rebuild is not None
    assert rebuild.problem == "the model is damaged"


def test_trouble_with_live_does_not_stop_the_standby(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = first(world)
    loop.settle()
    loop.indexer.handle(approval(loop.ready()))
    loop.settle()
    advance, live = loop.indexer._upkeep.sync.advance, record(world).collection

    def broken(target: Target, budget_s: float, whole: bool = True) -> Applied:
        if target.collection == live:
            raise KeyError("a row that nobody expected")
        return advance(target, budget_s, whole=whole)

    monkeypatch.setattr(loop.indexer._upkeep.sync, "advance", broken)
    world.put("d0", 2, "changed")
    with pytest.raises(KeyError):
        loop.turn()
    assert [version for version, _, _ in world.shown("d0", world.live)] == [2], "the standby"
    assert [version for version, _, _ in world.shown("d0", world.next)] == [1]


@pytest.mark.thorough
def test_lost_vectors_come_back_by_themselves(world: World) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()
    for model in (world.live, world.next):
        world.vectors.drop(world.target(model).collection)
    again = Loop(world)
    again.settle()
    assert len(world.searcher.search(world.tenant, ["topic"], frozenset({"board"}), 20)[0].results) == 12
    world.put("d0", 2, "one more change")
    again.settle()
    assert again.verifier.read(world.target(world.next)).mismatches == 0
    assert again.packet().collection == packet.collection


@pytest.mark.thorough
def test_a_standby_is_looked_at_now_and_then_and_one_that_is_behind_until_it_is_not(world: World) -> None:
    first(world)
    loop = Loop(world, standby_every_s=60.0)
    loop.settle()
    loop.indexer.handle(approval(loop.ready()))
    loop.settle()
    world.put("d0", 2, "another text", acl=("everyone",))
    loop.settle()
    assert [version for version, _, _ in world.shown("d0", world.next)] == [2], "live, at once"
    assert [version for version, _, _ in world.shown("d0", world.live)] == [1], "the standby, in its time"
    world.clock.ahead += timedelta(seconds=61)
    loop.settle()
    assert [version for version, _, _ in world.shown("d0", world.live)] == [2]

    world.vectors.drop(world.target(world.live).collection)
    world.clock.ahead += timedelta(seconds=61)
    mark, passes = world.documents.marks()[world.tenant], 0
    while world.serving.rebuilds.of(world.tenant) or passes == 0:
        loop.keep_fresh(world.tenant, mark, 0.0)
        passes += 1
    assert passes > 1, "more than a batch, a batch a pass, and no pass had to wait"
    assert [version for version, _, _ in world.shown("d0", world.live)] == [2]
