"""What a packet shows of documents and of the training run."""

from indexer.comparison import HIDDEN
from tests.indexer.loop import Loop, start_with
from tests.indexer.world import World, days_ago


def test_an_operator_sees_no_title_that_is_not_for_everyone(world: World) -> None:
    for n in range(10):
        world.put(f"d{n}", 1, f"body {n}", title=f"Secret merger {n}", acl=("board",), updated_at=days_ago(n))
    world.event("SearchServed", "u", query="secret merger")
    world.event("DocumentOpened", "u", document="d3", query="secret merger")
    start_with(world, world.live)
    loop = Loop(world)
    loop.settle()
    text = loop.ready().canonical()
    assert "Secret merger" not in text
    assert HIDDEN in text or not loop.packet().shadow_test.different
