"""A tenant's first collection, and a serving record that was lost."""

from schemas.learning import (
    CutoverDone,
)
from stores.vector_rows import alias_name
from tests.indexer.loop import Loop, first, lose_record, moved_to, of, record
from tests.indexer.world import World


def test_the_first_documents_make_the_first_collection_with_the_base_model(world: World) -> None:
    world.put("d", 1, "parental leave is ten weeks")
    loop = Loop(world)
    (done,) = loop.settle()
    assert isinstance(done, CutoverDone)
    assert (done.model, done.serving_version, done.previous_collection, done.packet) == ("base", 1, None, None)
    answer = world.searcher.search(world.tenant, ["how long is parental leave"], frozenset())[0]
    assert [found.document for found in answer.results] == ["d"]
    assert (answer.model, answer.collection, answer.serving_version) == ("base", done.collection, 1)
    assert loop.state("base") == "live"
    assert world.vectors.labelled(alias_name(world.tenant)) == done.collection
    assert loop.settle() == []


def test_a_lost_serving_record_comes_back_from_the_audit_trail(world: World) -> None:
    first(world).settle()
    lose_record(world)
    (done,) = of(CutoverDone, Loop(world).settle())
    assert isinstance(done, CutoverDone)
    assert (done.model, done.serving_version, done.manifest) == (world.live, 2, world.manifest(world.live))
    assert record(world).model == world.live


def test_a_model_that_is_gone_from_the_shelf_does_not_come_back(world: World) -> None:
    first(world).settle()
    gone = moved_to(world, "gone-from-the-shelf", 7)
    world.event("CutoverDone", "", payload=gone.model_dump_json())
    lose_record(world)
    Loop(world).settle()
    assert (record(world).model, record(world).version) == ("base", 8)
