"""What is over goes, and what serves, stands by or waits does not; also by an indexer that is killed in between."""

from datetime import timedelta

import pytest

from indexer.cleaning import Cleaner
from stores.collection_states import State
from stores.retention import RetentionConfig
from tests.indexer.loop import Loop, approval, first, record
from tests.indexer.world import World

STRICT = RetentionConfig(failed_days=0, applied_days=0, packets=0, pause_s=60)


def cleaner(world: World) -> Cleaner:
    return Cleaner(world.serving, world.warehouse, world.vectors, STRICT, world.clock)


def recorded(world: World) -> set[str]:
    rows = world.warehouse.query("retention_applied", tenant=world.tenant)
    return {row["collection"] for row in rows}


def cut_over(world: World) -> Loop:
    loop = first(world)
    loop.settle()
    loop.indexer.handle(approval(loop.ready()))
    loop.settle()
    return loop


def test_live_and_standby_keep_rows_records_and_packet(world: World) -> None:
    loop = cut_over(world)
    both = {world.target(world.live).collection, world.target(world.next).collection}
    assert cleaner(world).clean(record(world))
    assert recorded(world) == both
    assert [*world.serving.packets.of(world.tenant)] == [record(world).packet]
    assert all(world.vectors.exists(name) for name in both)
    loop.roll_back()
    loop.settle()
    assert record(world).model == world.live


@pytest.mark.thorough
def test_a_retired_collection_leaves_no_record_even_if_the_cleaning_is_cut_short(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, gone = cut_over(world), world.target(world.live).collection
    world.clock.ahead = timedelta(days=8)
    loop.settle()
    assert loop.state(world.live) == "retired"
    run = world.warehouse.run

    def killed(name: str, **parameters: object) -> None:
        run(name, **parameters)
        raise KeyboardInterrupt

    monkeypatch.setattr(world.warehouse, "run", killed)
    with pytest.raises(KeyboardInterrupt):
        cleaner(world).clean(record(world))
    monkeypatch.undo()
    assert cleaner(world).clean(record(world))
    assert recorded(world) == {record(world).collection} != {gone}
    assert not loop.turn()
    assert world.vectors.count(record(world).collection) > 0


@pytest.mark.thorough
def test_a_waiting_shadow_keeps_its_packet_and_a_failed_one_goes(world: World) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()
    assert cleaner(world).clean(record(world))
    assert [*world.serving.packets.of(world.tenant)] == [approval(packet).packet]
    shadow = world.target(world.next).collection
    world.serving.set_state(world.tenant, shadow, State.READY, State.VERIFYING)
    world.serving.set_state(world.tenant, shadow, State.VERIFYING, State.FAILED)
    assert cleaner(world).clean(record(world))
    loop.turn()
    assert loop.state(world.next) == "retired"
    assert not world.vectors.exists(shadow)
    assert world.vectors.exists(record(world).collection)


def test_it_cleans_no_more_often_than_stated(world: World) -> None:
    first(world).settle()
    one = cleaner(world)
    assert one.clean(record(world))
    assert not one.clean(record(world))
    world.clock.ahead = timedelta(seconds=61)
    assert one.clean(record(world))
