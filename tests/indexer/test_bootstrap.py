"""A tenant's first collection, and a serving record that was lost."""

from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from operations import operators
from operations.connections import Connections
from operations.rollback import rollback
from schemas.learning import CutoverDone, CutoverRefused
from stores import keys
from stores.signing import Sign
from stores.vector_rows import alias_name
from tests.indexer.loop import CHOSEN, Loop, approval, first, lose_record, moved_to, of, record
from tests.indexer.world import NOW, OPERATOR, World


@pytest.mark.thorough
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


@pytest.mark.thorough
def test_a_lost_serving_record_comes_back_as_its_last_signed_move_left_it(world: World) -> None:
    first(world).settle()
    before = record(world)
    lose_record(world)
    loop = Loop(world)
    assert of(CutoverDone, loop.settle()) == [], "nothing moved"
    assert record(world) == before
    assert loop.state(world.live) == "live"
    answer = world.searcher.search(world.tenant, ["topic"], frozenset({"board"}), 20)[0]
    assert (len(answer.results), answer.rebuild) == (12, None)


def with_a_standby(world: World) -> Loop:
    """A tenant whose second model went live, by the audit trail too."""
    loop = first(world)
    loop.settle()
    loop.indexer.handle(approval(loop.ready()))
    with world.together():
        for event in of(CutoverDone, loop.sent):
            world.event("CutoverDone", "", payload=event.model_dump_json())
    return loop


@pytest.mark.thorough
def test_a_rollback_stands_when_its_operator_goes_and_the_record_is_lost(world: World) -> None:
    loop = with_a_standby(world)
    loop.settle()
    who, key = f"sam-{world.tenant}", keys.generate()
    world.signing.registry.add(who, key.public, NOW)
    sign: Sign = lambda event, name: world.signing.with_key(event, name, key)  # noqa: E731
    back = rollback(world.serving, lambda record: None, sign, world.tenant, who, "it is worse", world.clock())
    with world.together():
        world.event("RolledBack", "", payload=back.model_dump_json())
    loop.settle()
    stores = cast(Connections, SimpleNamespace(trail=world.trust.trail, serving=world.serving))
    moves = [move for move in operators.moves_of(stores, who) if move.tenant == world.tenant]
    assert [move.event_id for move in moves] == [back.event_id]
    world.signing.registry.revoke(who, NOW, [move.signature for move in moves if move.signature])
    lose_record(world, world.next)
    Loop(world).settle()
    assert (record(world).model, record(world).version) == (world.live, back.serving_version)


@pytest.mark.thorough
def test_what_a_lost_record_could_roll_back_to_comes_back_with_it_until_its_time_is_over(world: World) -> None:
    with_a_standby(world).settle()
    before = record(world)
    lose_record(world, world.next)
    loop = Loop(world)
    loop.settle()
    assert record(world) == before
    assert record(world).fusion == CHOSEN
    assert (loop.state(world.next), loop.state(world.live)) == ("live", "standby")
    assert loop.roll_back().model == world.live
    with world.together():
        for event in loop.settle():
            world.event(type(event).__name__, "", payload=event.model_dump_json())
    world.clock.ahead = timedelta(days=8)
    lose_record(world)
    again = Loop(world)
    again.indexer.turn(0)
    assert (record(world).model, record(world).standby) == (world.live, None)


@pytest.mark.thorough
def test_a_shadow_that_waited_for_a_decision_comes_back_unless_it_was_refused(world: World) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()
    lose_record(world)
    again = Loop(world)
    again.settle()
    assert again.state(world.next) == "ready"
    refused = CutoverRefused(
        event_id="no", tenant=world.tenant, occurred_at=world.clock(), packet=packet.digest,
        collection=packet.collection, by=OPERATOR, reason="no",
    )  # fmt: skip
    signed = world.signing.as_operator(refused, OPERATOR)
    world.event("CutoverRefused", "", payload=signed.model_dump_json())
    lose_record(world)
    last = Loop(world)
    last.settle()
    assert last.state(world.next) == ""


def test_a_model_that_is_gone_from_the_shelf_does_not_come_back(world: World) -> None:
    first(world).settle()
    gone = moved_to(world, "gone-from-the-shelf", 7)
    world.event("CutoverDone", "", payload=gone.model_dump_json())
    lose_record(world)
    Loop(world).settle()
    assert (record(world).model, record(world).version) == ("base", 8)
