"""The story on real stores: first documents, a shadow's way, approval, cutover, rollback; repeated, and cut off."""

from dataclasses import replace

import pytest

from indexer.indexing.fence import Lost
from schemas.envelope import Event
from schemas.fusion import EVEN, Fusion
from schemas.learning import (
    CutoverDone,
    CutoverRefused,
    RolledBack,
    ShadowReady,
    ShadowStarted,
)
from stores import redis_client
from stores.errors import Refused, Retryable
from stores.fenced import fenced
from stores.lease import acquire
from stores.serving import DONE, Serving
from stores.settings import Settings
from stores.vector_rows import alias_name
from tests.indexer.loop import CHOSEN, Loop, approval, first, of, record, refused, trained
from tests.indexer.world import World


def test_a_trained_model_goes_all_the_way_and_back(world: World) -> None:
    loop = first(world)
    loop.settle()
    loop.indexer.handle(trained(world))
    events = loop.settle()
    (started,), (ready,) = of(ShadowStarted, loop.sent), of(ShadowReady, events)
    assert isinstance(started, ShadowStarted)
    assert isinstance(ready, ShadowReady)
    assert started.documents == 12
    assert (ready.proof.mismatches, ready.proof.documents) == (0, 12)
    assert loop.state(world.next) == "ready"
    packet = loop.packet()
    assert ready.packet == packet.digest
    assert packet.live.collection == world.target().collection
    assert packet.shadow_test.queries == 6
    assert packet.shadow_test.judged == 6
    assert packet.shadow_test.latency_shadow is not None
    assert record(world).collection == world.target().collection

    loop.indexer.handle(approval(packet))
    (done,) = of(CutoverDone, loop.sent[-1:])
    assert isinstance(done, CutoverDone)
    assert (done.model, done.previous_model, done.packet, done.by) == (world.next, world.live, packet.digest, "op")
    assert record(world).version == done.serving_version == 2
    assert (packet.weights, packet.live.weights) == (CHOSEN, EVEN)
    assert (done.fusion, done.previous_fusion) == (CHOSEN, EVEN)
    assert weights(world) == (CHOSEN, EVEN)
    assert (loop.state(world.next), loop.state(world.live)) == ("live", "standby")
    assert world.vectors.labelled(alias_name(world.tenant)) == world.target(world.next).collection

    world.put("d0", 2, "a change after the cutover")
    loop.settle()
    assert [v for v, _, _ in world.shown("d0", world.live)] == [v for v, _, _ in world.shown("d0", world.next)] == [2]

    back = loop.roll_back()
    assert (back.model, back.previous_model, back.serving_version) == (world.live, world.next, 3)
    assert (loop.state(world.next), loop.state(world.live)) == ("standby", "live")
    assert weights(world) == (EVEN, CHOSEN), "a rollback returns with its own weights"
    forth = loop.roll_back()
    assert weights(world) == (CHOSEN, EVEN)
    assert (forth.model, forth.serving_version) == (world.next, 4)
    assert of(RolledBack, loop.settle()) == [back, forth], "the audit trail learns of both, in order"
    assert world.vectors.labelled(alias_name(world.tenant)) == world.target(world.next).collection


def weights(world: World) -> tuple[Fusion, Fusion]:
    """Return how what is live and what stands by weigh the rankings."""
    now = record(world)
    assert now.standby is not None
    return now.fusion, now.standby.fusion


@pytest.mark.thorough
@pytest.mark.parametrize("step", [1, 2])
def test_a_decision_between_two_steps_of_a_turn_ends_it(world: World, step: int) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()
    asked = list[int]()

    def decided() -> bool:
        asked.append(record(world).version)
        if len(asked) == step:
            loop.indexer.handle(approval(packet))
        return len(asked) == step

    world.put("d0", 2, "a change that live shows before the decision is acted on")
    assert loop.indexer.turn(2, decided)
    assert asked == [1] * step, "nothing of the turn is done after it"
    assert record(world).model == world.next
    assert [v for v, _, _ in world.shown("d0", world.live)] == [2]
    loop.settle()
    assert [v for v, _, _ in world.shown("d0", world.next)] == [2]


def test_events_delivered_again_change_nothing(world: World) -> None:
    loop = first(world)
    loop.settle()
    events: list[Event] = [trained(world)]
    loop.indexer.handle(events[0])
    loop.settle()
    events.append(approval(loop.packet()))
    loop.indexer.handle(events[1])
    loop.settle()
    before = (record(world), world.serving.states(world.tenant), world.documents.marks()[world.tenant])
    ids = {event.event_id for event in loop.sent}
    again = Loop(world)
    for event in [*events, *events]:
        again.indexer.handle(event)
        again.settle()
    assert (record(world), world.serving.states(world.tenant), world.documents.marks()[world.tenant]) == before
    assert {event.event_id for event in again.sent} <= ids


def test_an_event_that_can_never_be_handled_is_passed_over_and_one_that_can_later_is_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, errors = first(world), [KeyError("never"), Retryable("later")]

    def failing(event: Event) -> None:
        raise errors.pop(0)

    monkeypatch.setattr(loop.indexer._shadows, "start", failing)
    loop.indexer.handle(trained(world))
    with pytest.raises(Retryable, match="later"):
        loop.indexer.handle(trained(world))
    assert errors == []


@pytest.mark.thorough
def test_an_approval_that_fails_in_an_unknown_way_is_refused_with_the_reason(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()

    def failing(event: Event) -> None:
        raise KeyError("a row that nobody expected")

    monkeypatch.setattr(loop.cutover, "carry_out", failing)
    assert "a row that nobody expected" in refused(loop, approval(packet))
    assert "a row that nobody expected" in str(world.serving.outcome(world.tenant, "approval"))


@pytest.mark.thorough
@pytest.mark.parametrize("frozen_before", ["_check_destination", "_move", "_label"])
def test_one_that_was_replaced_in_the_middle_of_a_cutover_neither_repeats_nor_refuses_it(
    world: World, stack: Settings, frozen_before: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = first(world)
    holder.settle()
    packet = holder.ready()
    client = redis_client.connect(stack)
    held = acquire(client, f"stale-{world.tenant}", 60.0)
    assert held is not None

    def check() -> None:
        try:
            held.check()
        except Refused as error:
            raise Lost(world.tenant) from error

    stale = Loop(replace(world, serving=Serving(fenced(client, held, check))), check_lease=check)
    goes_on = getattr(stale.cutover, frozen_before)

    def frozen(*arguments: object) -> object:
        held.release()
        holder.indexer.handle(approval(packet))
        return goes_on(*arguments)

    monkeypatch.setattr(stale.cutover, frozen_before, frozen)
    with pytest.raises(Lost):
        stale.indexer.handle(approval(packet))
    assert record(world).version == 2
    assert world.serving.outcome(world.tenant, "approval") == DONE
    moved = [event for event in holder.settle() + holder.sent + stale.sent if isinstance(event, CutoverDone)]
    assert len({event.event_id for event in moved}) == 1
    assert of(CutoverRefused, holder.sent + stale.sent) == []
    assert (holder.state(world.live), holder.state(world.next)) == ("standby", "live")
