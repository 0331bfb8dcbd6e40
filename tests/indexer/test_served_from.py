"""A model that was changed for queries alone: it goes live in the collection that is live, and back out of it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from indexer.indexing.sync import Target
from retrieval.query_side import QuerySide, with_query_side
from schemas.fusion import EVEN, Fusion
from schemas.learning import ModelTrained, ShadowStarted
from schemas.packet import Packet
from stores.errors import Refused
from stores.serving import STANDBY_FOR
from tests.indexer.loop import CHOSEN, Loop, approval, first, lose_record, record, refused, trained
from tests.indexer.world import NOW, World

SAME = "queries-alone"
TURN = np.roll(np.eye(32, dtype=np.float32), 1, axis=1)
Put = Callable[..., None]


@pytest.fixture
def put(world: World, models: dict[str, Path], tmp_path: Path) -> Put:
    """Put a model on the shelf that reads queries otherwise than another, and documents as it does."""

    def on_shelf(name: str = SAME, map_: object = TURN, documents: str = "") -> None:
        side = QuerySide(documents or str(world.manifest(world.live)), map_)  # type: ignore[arg-type]
        path = with_query_side(models["tiny-a"], side, tmp_path / name, ())
        world.shelf.put(world.tenant, name, path, {}, NOW)

    return on_shelf


def ready(loop: Loop, name: str = SAME) -> Packet:
    loop.indexer.handle(won(loop.world, name))
    loop.settle()
    return loop.packet(name)


def won(world: World, name: str = SAME) -> ModelTrained:
    return trained(world, name, documents=world.manifest(world.live))


def live_now(world: World) -> tuple[str, str, Fusion]:
    now = record(world)
    return now.model, now.collection, now.fusion


def test_it_goes_live_without_a_collection_of_its_own_and_back_at_once(world: World, put: Put) -> None:
    loop = first(world)
    loop.settle()
    put()
    rows = world.target(world.live).collection
    made: list[int] = []
    loop.sync.ensure = lambda target: made.append(1)  # type: ignore[method-assign]
    packet = ready(loop)
    assert (packet.served_from, packet.live.collection, packet.proof.mismatches) == (rows, rows, 0)
    assert [e.documents for e in loop.sent if isinstance(e, ShadowStarted)] == [0]
    before = world.searcher.search(world.tenant, ["body topic 1"], frozenset({"board"}))[0]

    loop.indexer.handle(approval(packet))
    assert live_now(world) == (SAME, rows, CHOSEN)
    assert world.serving.states(world.tenant) == {rows: "live", packet.collection: "retired"}
    loop.settle()
    assert made == []
    assert not world.vectors.exists(packet.collection)
    after = world.searcher.search(world.tenant, ["body topic 1"], frozenset({"board"}))[0]
    assert (after.model, after.collection) == (SAME, rows)
    assert [f.score for f in after.results] != [f.score for f in before.results]

    back = loop.roll_back()
    assert (back.model, back.previous_model, back.fusion) == (world.live, SAME, EVEN)
    assert live_now(world) == (world.live, rows, EVEN)
    again = world.searcher.search(world.tenant, ["body topic 1"], frozenset({"board"}))[0]
    assert (again.model, again.results) == (before.model, before.results)
    assert loop.roll_back().model == SAME
    assert live_now(world) == (SAME, rows, CHOSEN)
    assert world.serving.states(world.tenant)[rows] == "live"


@pytest.mark.thorough
def test_documents_go_on_being_applied_once_and_of_stored_vectors(world: World, put: Put) -> None:
    loop = first(world)
    loop.settle()
    put()
    loop.indexer.handle(approval(ready(loop)))
    world.put("d1", 2, "changed after the cutover")
    loop.settle()
    assert [v for v, _, _ in world.shown("d1", world.live)] == [2]
    texts = [text for d in world.sync.read(world.target(), ["d1"]).values() for text in d.passages]
    stored = world.sync.embedder(world.target()).embed(texts)
    assert stored.made == 0, "known by the model whose documents they are"


@pytest.mark.thorough
def test_a_lost_row_of_live_is_mended_by_whoever_keeps_live_fresh(world: World, put: Put) -> None:
    loop = first(world)
    loop.settle()
    put()
    world.vectors.delete(world.target(world.live).collection, ["d2#0"])
    wrote: list[Target] = []
    apply = loop.sync.apply
    loop.sync.apply = lambda target, batch: (wrote.append(target), apply(target, batch))[1]  # type: ignore[method-assign,func-returns-value]
    packet = ready(loop)
    assert (packet.proof.mismatches, packet.proof.repaired) == (0, 1)
    assert [v for v, _, _ in world.shown("d2", world.live)] == [1]
    assert wrote == [], "the sync of shadows writes nothing there"


@pytest.mark.thorough
def test_an_ordinary_shadow_replaces_it_and_a_rollback_returns_to_it(world: World, put: Put) -> None:
    loop = first(world)
    loop.settle()
    put()
    rows = world.target(world.live).collection
    loop.indexer.handle(approval(ready(loop), "one"))
    loop.settle()
    loop.indexer.handle(approval(loop.ready(), "two"))
    loop.settle()
    assert record(world).model == world.next
    assert (loop.state(world.live), loop.state(world.next)) == ("standby", "live")
    assert loop.roll_back().collection == rows
    assert live_now(world) == (SAME, rows, CHOSEN)
    assert (loop.state(world.live), loop.state(world.next)) == ("live", "standby")


@pytest.mark.thorough
def test_the_end_of_the_standby_leaves_what_is_live(world: World, put: Put) -> None:
    loop = first(world)
    loop.settle()
    put()
    loop.indexer.handle(approval(ready(loop)))
    world.clock.ahead = STANDBY_FOR * 1.1
    loop.settle()
    assert record(world).standby is None
    assert loop.state(world.live) == "live"
    assert world.vectors.exists(record(world).collection)
    with pytest.raises(Refused, match="no standby"):
        loop.roll_back()


@pytest.mark.thorough
def test_one_after_another_in_the_same_collection(world: World, put: Put) -> None:
    loop = first(world)
    loop.settle()
    put()
    put("queries-twice", None)
    loop.indexer.handle(approval(ready(loop), "one"))
    loop.indexer.handle(approval(ready(loop, "queries-twice"), "two"))
    loop.settle()
    assert live_now(world)[:2] == ("queries-twice", world.target(world.live).collection)
    assert loop.roll_back().model == SAME
    assert loop.state(world.live) == "live"


@pytest.mark.thorough
def test_what_became_live_meanwhile_voids_it(world: World, put: Put) -> None:
    loop = first(world)
    loop.settle()
    put()
    packet = ready(loop)
    loop.indexer.handle(approval(loop.ready(), "rival"))
    assert record(world).model == world.next
    assert "is live; train again" in refused(loop, approval(packet, "late"))
    loop.settle()
    assert loop.state(SAME) == "failed"
    about = world.serving.collection(world.tenant, packet.collection)
    assert about is not None
    assert "train again" in about.note


@pytest.mark.thorough
def test_a_model_whose_documents_are_of_other_files_fails(world: World, put: Put) -> None:
    loop = first(world)
    loop.settle()
    put(documents="c" * 64)
    loop.indexer.handle(won(world))
    loop.settle()
    assert loop.state(SAME) == "failed"


@pytest.mark.thorough
def test_a_packet_that_leaves_out_from_where_it_is_served_is_refused(world: World, put: Put) -> None:
    loop = first(world)
    loop.settle()
    put()
    packet = ready(loop)
    other = packet.model_copy(update={"served_from": None})
    world.serving.save_packet(other)
    about = world.serving.collection(world.tenant, packet.collection)
    assert about is not None
    world.serving.save(about.model_copy(update={"packet": other.digest}))
    assert "train again" in refused(loop, approval(other))


@pytest.mark.thorough
def test_it_waits_for_a_collection_and_comes_back_with_a_lost_record(world: World, put: Put) -> None:
    loop = first(world)
    loop.settle()
    put()
    event = approval(ready(loop))
    loop.cutover.carry_out(event)  # the process ends before it says so
    again = Loop(world)
    again.indexer.handle(event)
    (done,) = again.sent
    world.event("CutoverDone", "", payload=done.model_dump_json())
    before = record(world)
    assert before.version == 2
    lose_record(world, world.live)
    Loop(world).settle()
    found = record(world)
    assert found.model_copy(update={"moved_at": before.moved_at}) == before
    assert Loop(world).state(world.live) == "live"
    assert [v for v, _, _ in world.shown("d2", world.live)] == [1]
