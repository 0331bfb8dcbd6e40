"""The story on real stores: first documents, a shadow's way, approval, cutover, rollback; repeated, and cut off."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from indexer.shadow_test import HIDDEN
from indexer.sync import Target
from indexer.verify import Findings, Verifier
from schemas.envelope import Event
from schemas.learning import (
    CutoverApproved,
    CutoverDone,
    CutoverRefused,
    ModelTrained,
    RolledBack,
    ShadowReady,
    ShadowStarted,
)
from stores.errors import Refused, Retryable
from stores.serving import ServingRecord
from stores.vector_rows import alias_name
from tests.indexer.loop import WON, Loop, approval, trained
from tests.indexer.world import NOW, World, days_ago


def first(world: World, documents: int = 12) -> Loop:
    """A tenant with documents and searches, live on the first tiny model in place of the base model."""
    for n in range(documents):
        world.put(f"d{n}", 1, f"body {n} about topic {n % 4}", acl=("everyone",) if n % 3 else ("board",))
    for n in range(6):
        world.event("SearchServed", f"u{n}", query=f"topic {n}")
        world.event("DocumentOpened", f"u{n}", document=f"d{n}", query=f"topic {n}")
    start_with(world, world.live)
    return Loop(world)


def start_with(world: World, model: str) -> None:
    """Make `model` what a lost serving record comes back with, so that no test waits for the base model."""
    payload = f'{{"model": "{model}", "serving_version": 0}}'
    world.event("CutoverDone", "", payload=payload)


def record(world: World) -> ServingRecord:
    found = world.serving.record(world.tenant)
    assert found is not None
    return found


def of(kind: type[Event], events: list[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, kind)]


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


def test_a_lost_answer_to_an_approval_is_sent_again_not_carried_out_again(world: World) -> None:
    loop = first(world)
    loop.settle()
    event = approval(loop.ready())
    loop.cutover.carry_out(event)  # the process ends before it says so
    again = Loop(world)
    again.indexer.handle(event)
    (done,) = again.sent
    assert isinstance(done, CutoverDone)
    assert done.serving_version == record(world).version == 2


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


def refused(loop: Loop, event: CutoverApproved) -> str:
    before = record(loop.world)
    loop.indexer.handle(event)
    (told,) = of(CutoverRefused, loop.sent[-1:])
    assert isinstance(told, CutoverRefused)
    assert record(loop.world) == before
    return told.reason


def test_an_approval_of_anything_else_is_refused(world: World) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()
    assert "no packet" in refused(loop, approval(packet, "a", packet="0" * 64))
    other = world.target(world.live).collection
    assert "approve it again" in refused(loop, approval(packet, "b", collection=other))
    loop.settle()
    loop.indexer.handle(approval(loop.packet(), "c"))
    assert record(world).model == world.next


def test_an_altered_packet_is_refused(world: World) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()
    altered = packet.canonical().replace('"run_verdict":"WIN"', '"run_verdict":"WON"')
    world.serving.put_packet(world.tenant, packet.digest, altered)
    assert "not what was reviewed" in refused(loop, approval(packet))


def test_what_became_live_after_the_review_voids_the_approval(world: World, models: dict[str, Path]) -> None:
    loop = first(world)
    loop.settle()
    world.shelf.put(world.tenant, "tiny-c", models["tiny-a"], {}, NOW)
    packet, rival = loop.ready(), loop.ready("tiny-c")
    loop.indexer.handle(approval(rival, "rival"))
    assert record(world).model == "tiny-c"
    assert "changed after the review" in refused(loop, approval(packet, "late"))
    loop.settle()
    assert loop.packet().digest != packet.digest
    assert "newer packet" in refused(loop, approval(packet, "later"))
    loop.settle()
    loop.indexer.handle(approval(loop.packet(), "new"))
    assert record(world).model == world.next
    assert loop.state(world.live) == "retired"
    loop.settle()
    assert not world.vectors.exists(world.target(world.live).collection)


def test_a_run_that_did_not_win_never_goes_live(world: World) -> None:
    loop = first(world)
    loop.settle()
    loop.indexer.handle(trained(world, verdict="LOSS"))
    loop.settle()
    assert "did not win" in refused(loop, approval(loop.packet()))


def test_a_comparison_that_includes_harm_never_goes_live(world: World) -> None:
    loop = first(world)
    loop.settle()
    loop.indexer.handle(trained(world, comparison=WON.model_copy(update={"low": -0.01})))
    loop.settle()
    assert "did not win" in refused(loop, approval(loop.packet()))


def test_a_run_that_the_audit_trail_does_not_know_yet_waits(world: World) -> None:
    loop = first(world)
    loop.settle()
    event = trained(world)
    other = ModelTrained.model_validate({**event.model_dump(), "run": "run-unknown"})
    loop.indexer.handle(other)
    loop.settle()
    with pytest.raises(Retryable):
        loop.indexer.handle(approval(loop.packet()))
    assert record(world).model == world.live
    world.clock.ahead = timedelta(minutes=2)
    assert "audit trail says nothing" in refused(loop, approval(loop.packet()))


def test_one_tenants_trouble_is_not_the_others(world: World) -> None:
    loop = first(world)
    loop.settle()
    other = ServingRecord(tenant=f"{world.tenant}a", model="absent", collection="C", version=1, moved_at=NOW)
    world.serving.move(other, {})
    world.put("d0", 2, "changed")
    loop.indexer._keeper.marks = lambda: {other.tenant: 1, world.tenant: 2}  # type: ignore[method-assign]  # two tenants
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


def test_an_old_proof_is_made_anew_before_anything_goes_live(world: World) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()
    world.clock.ahead = timedelta(hours=25)
    assert "made anew" in refused(loop, approval(packet))
    loop.settle()
    assert loop.packet().digest != packet.digest
    loop.indexer.handle(approval(loop.packet(), "new"))
    assert record(world).model == world.next


def test_a_fault_put_in_after_the_proof_is_seen_when_its_document_changed(world: World) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()
    world.put("d1", 2, "changed after the proof")
    loop.settle()
    world.vectors.delete(world.target(world.next).collection, ["d1#0"])
    assert "not right in the shadow" in refused(loop, approval(packet))
    loop.settle()
    assert [v for v, _, _ in world.shown("d1", world.next)] == [2]
    assert loop.packet().proof.repaired == 1


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


def test_the_trail_learns_of_a_move_though_kafka_was_away_and_the_process_died(world: World) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()

    def away(event: Event) -> None:
        raise Retryable("no broker")

    loop.indexer._emit = away
    with pytest.raises(Retryable):
        loop.indexer.handle(approval(packet))
    assert record(world).version == 2, "moved, and nobody told"
    again = Loop(world)
    again.indexer.handle(approval(packet))
    (done,) = of(CutoverDone, again.sent)
    assert isinstance(done, CutoverDone)
    assert (done.serving_version, done.packet) == (2, packet.digest)
    back = again.roll_back()
    assert of(RolledBack, Loop(world).settle()) == [back]
    assert of(RolledBack, Loop(world).settle()) == []


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


def test_of_two_approvals_at_once_one_wins(world: World, models: dict[str, Path]) -> None:
    loop = first(world)
    loop.settle()
    world.shelf.put(world.tenant, "tiny-c", models["tiny-a"], {}, NOW)
    packets = [loop.ready(), loop.ready("tiny-c")]
    barrier, outcomes = threading.Barrier(2), list[str]()

    def approve(number: int) -> None:
        cutover = Loop(world).cutover
        barrier.wait()
        try:
            cutover.carry_out(approval(packets[number], f"e{number}"))
            outcomes.append(packets[number].model)
        except Refused as error:
            outcomes.append(f"refused: {error}")

    threads = [threading.Thread(target=approve, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 2
    assert sum(outcome.startswith("refused") for outcome in outcomes) == 1
    assert record(world).version == 2
    assert record(world).model in outcomes
    states = list(world.serving.states(world.tenant).values())
    assert (states.count("live"), states.count("standby"), states.count("ready")) == (1, 1, 1)


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
