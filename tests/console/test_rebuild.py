"""`tidewheel rebuild` with an indexer at work, and without one."""

from threading import Event, Thread

import pytest

from tests.console.running import CommandLine
from tests.indexer.loop import first
from tests.indexer.world import World


@pytest.mark.thorough
def test_a_rebuild_says_how_far_it_is_and_when_it_is_whole(tidewheel: CommandLine, world: World) -> None:
    loop, over = first(world), Event()
    loop.settle()
    world.vectors.delete(world.target().collection, ["d1#0"])

    def work() -> None:
        while not over.wait(0.05):
            loop.turn()

    thread = Thread(target=work)
    thread.start()
    try:
        result = tidewheel("rebuild", "--tenant", world.tenant)
    finally:
        over.set()
        thread.join()
    assert result.code == 0, result.err
    lines = result.out.splitlines()
    assert lines[0] == (f"{world.tenant}: 12 access lists are in Redis; to be made anew: {world.target().collection}")
    assert lines[-1] == f"{world.tenant}: whole"
    assert len(world.shown("d1")) == 1


@pytest.mark.thorough
def test_without_an_indexer_it_ends_with_try_again(tidewheel: CommandLine, world: World) -> None:
    first(world).settle()
    result = tidewheel("rebuild", "--tenant", world.tenant, "--wait", "0")
    assert result.code == 4
    assert "being rebuilt, 0 of 12 documents; is the indexer up?" in result.err


def test_an_unknown_tenant_is_named(tidewheel: CommandLine, tenant: str) -> None:
    result = tidewheel("rebuild", "--tenant", tenant)
    assert (result.code, f"no tenant '{tenant}'" in result.err) == (2, True)
