"""What serves is kept fresh and whole; what served is dropped in its time."""

from datetime import timedelta

import pytest

from stores.errors import Refused
from tests.indexer.loop import Loop, approval, first, record
from tests.indexer.world import World


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
