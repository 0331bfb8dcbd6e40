"""A tenant's first collection, and a serving record that was lost."""

from schemas.learning import (
    CutoverDone,
)
from stores.vector_rows import alias_name
from tests.indexer.loop import Loop, first, of, record, start_with
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
    loop = first(world)
    (done,) = of(CutoverDone, loop.settle())
    assert isinstance(done, CutoverDone)
    assert done.model == world.live
    start_with(world, "gone-from-the-shelf")
    assert record(world).model == world.live
