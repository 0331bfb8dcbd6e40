"""The story on real stores: first documents, a shadow's way, approval, cutover, rollback; repeated, and cut off."""

import pytest

from schemas.envelope import Event
from schemas.fusion import EVEN, Fusion
from schemas.learning import (
    CutoverDone,
    RolledBack,
    ShadowReady,
    ShadowStarted,
)
from stores.errors import Retryable
from stores.serving import ServingRecord
from stores.vector_rows import alias_name
from tests.indexer.loop import CHOSEN, Loop, approval, first, of, record, refused, trained
from tests.indexer.world import NOW, World


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


@pytest.mark.parametrize("damaged", [False, True])
def test_one_tenants_trouble_is_not_the_others(world: World, damaged: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = first(world)
    loop.settle()
    other = ServingRecord(tenant=f"{world.tenant}a", model="absent", collection="C", version=1, moved_at=NOW)
    world.serving.move(other, {})
    if damaged:
        world.serving._client.set(f"serving:{other.tenant}", '{"version": 2}')
    world.put("d0", 2, "changed")
    marks = {other.tenant: 1, world.tenant: 2}
    monkeypatch.setattr(loop.indexer._upkeep, "marks", lambda: marks)
    monkeypatch.setattr(world.serving, "tenants", lambda: [*marks])
    for _ in range(3):
        loop.indexer.turn()
    assert [v for v, _, _ in world.shown("d0")] == [2]


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
