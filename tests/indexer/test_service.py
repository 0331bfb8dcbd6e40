"""The story on real stores: first documents, a shadow's way, approval, cutover, rollback; repeated, and cut off."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from indexer.comparison import HIDDEN
from indexer.sync import Target
from indexer.verify import Findings, Verifier
from schemas.envelope import Event
from schemas.learning import (
    CutoverDone,
    CutoverRefused,
    RolledBack,
    ShadowReady,
    ShadowStarted,
)
from stores.errors import Refused
from stores.serving import ServingRecord
from stores.vector_rows import alias_name
from tests.indexer.loop import Loop, approval, first, of, record, refused, start_with, trained
from tests.indexer.world import NOW, World, days_ago


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
    assert (loop.state(world.next), loop.state(world.live)) == ("live", "standby")
    assert world.vectors.labelled(alias_name(world.tenant)) == world.target(world.next).collection

    world.put("d0", 2, "a change after the cutover")
    loop.settle()
    assert [v for v, _, _ in world.shown("d0", world.live)] == [v for v, _, _ in world.shown("d0", world.next)] == [2]

    back = loop.roll_back()
    assert (back.model, back.previous_model, back.serving_version) == (world.live, world.next, 3)
    assert (loop.state(world.next), loop.state(world.live)) == ("standby", "live")
    forth = loop.roll_back()
    assert (forth.model, forth.serving_version) == (world.next, 4)
    assert of(RolledBack, loop.settle()) == [back, forth], "the audit trail learns of both, in order"
    assert world.vectors.labelled(alias_name(world.tenant)) == world.target(world.next).collection


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


@pytest.mark.parametrize("turns", [1, 2, 3, 4])
def test_a_restart_in_the_middle_goes_on(world: World, turns: int) -> None:
    loop = first(world)
    loop.settle()
    loop.indexer.handle(trained(world))
    for _ in range(turns):
        loop.turn()
    again = Loop(world)
    again.settle()
    assert again.state(world.next) == "ready"
    assert again.verifier.read(world.target(world.next)).mismatches == 0


def test_documents_that_change_during_the_build_are_in_the_shadow(world: World) -> None:
    loop = first(world, 40)
    loop.settle()
    loop.indexer.handle(trained(world))
    for n in range(4):
        world.put(f"d{n}", 2, "changed while the shadow was built")
        world.put(f"new{n}", 1, "came while the shadow was built")
        world.put("d11", 2 + n, deleted=True)
        loop.turn()
    loop.settle()
    assert [v for v, _, _ in world.shown("d3", world.next)] == [2]
    assert world.shown("d11", world.next) == []
    assert loop.packet().proof.mismatches == 0
    world.put("late", 1, "came after the proof", acl=("board",))
    loop.indexer.handle(approval(loop.packet()))
    assert record(world).model == world.next
    assert [acl for _, _, acl in world.shown("late", world.next)] == [("board",)]


def test_one_tenants_trouble_is_not_the_others(world: World) -> None:
    loop = first(world)
    loop.settle()
    other = ServingRecord(tenant=f"{world.tenant}a", model="absent", collection="C", version=1, moved_at=NOW)
    world.serving.move(other, {})
    world.put("d0", 2, "changed")
    loop.indexer._upkeep.marks = lambda: {other.tenant: 1, world.tenant: 2}  # type: ignore[method-assign]  # two tenants
    for _ in range(3):
        loop.indexer.turn()
    assert [v for v, _, _ in world.shown("d0")] == [2]


def test_a_withdrawn_access_does_not_wait_for_a_verification(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = first(world, 40)
    loop.settle()
    read, seen = Verifier._compare, list[tuple[str, ...]]()

    def meanwhile(
        self: Verifier, target: Target, page: Sequence[str], findings: Findings, thorough: bool = False
    ) -> None:
        if not seen:
            world.put("d1", 2, "body 1 about topic 1", acl=("board",))
        read(self, target, page, findings, thorough)
        seen.extend(acl for _, _, acl in world.shown("d1"))

    monkeypatch.setattr(Verifier, "_compare", meanwhile)
    packet = loop.ready()
    assert ("board",) in seen[:3]
    assert packet.proof.mismatches == 0
    assert [acl for _, _, acl in world.shown("d1", world.next)] == [("board",)]


def test_authority_follows_use_without_a_new_version(world: World) -> None:
    loop = first(world)
    loop.settle()
    collection = world.target().collection
    before = world.vectors.get(collection, ["d1#0", "d2#0"], with_vectors=True)
    for n in range(10):
        world.event("DocumentOpened", f"new{n}", "d1")
    loop.settle()
    assert world.vectors.get(collection, ["d1#0"])["d1#0"].authority == before["d1#0"].authority
    world.clock.ahead = timedelta(minutes=11)
    loop.settle()
    after = world.vectors.get(collection, ["d1#0", "d2#0"], with_vectors=True)
    assert after["d1#0"].authority == pytest.approx(before["d1#0"].authority + 0.17, abs=0.02)
    assert after["d1#0"].dense == before["d1#0"].dense
    assert after["d2#0"] == before["d2#0"]
    assert loop.verifier.read(world.target()).mismatches == 0


def test_a_refused_shadow_is_dropped_and_does_not_come_back(world: World) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()
    event = CutoverRefused(
        event_id="no",
        tenant=world.tenant,
        occurred_at=NOW,
        packet=packet.digest,
        collection=packet.collection,
        by="op",
        reason="loses",
    )
    loop.indexer.handle(event)
    loop.settle()
    assert loop.state(world.next) == "retired"
    assert not world.vectors.exists(packet.collection)
    loop.indexer.handle(trained(world))
    loop.settle()
    assert not world.vectors.exists(packet.collection)
    assert "retired" in refused(loop, approval(packet))


def test_a_model_that_is_not_on_the_shelf_fails_its_shadow_and_nothing_else(world: World) -> None:
    loop = first(world)
    loop.settle()
    loop.indexer.handle(trained(world, "absent"))
    loop.settle()
    assert loop.state("absent") == "failed"
    about = world.serving.collection(world.tenant, world.target("absent").collection)
    assert about is not None
    assert "no model 'absent'" in about.note
    assert world.searcher.search(world.tenant, ["topic"], frozenset())[0].results


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


def test_a_lost_serving_record_comes_back_from_the_audit_trail(world: World) -> None:
    loop = first(world)
    (done,) = of(CutoverDone, loop.settle())
    assert isinstance(done, CutoverDone)
    assert done.model == world.live
    start_with(world, "gone-from-the-shelf")
    assert record(world).model == world.live


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
