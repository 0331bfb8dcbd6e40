"""Approvals: what lets a shadow in, what does not, and that each is carried out once and told of."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from indexer.feed.documents import Pending
from indexer.indexing.applying import Applied
from indexer.indexing.sync import Target
from indexer.proof.read_back import Findings
from schemas.envelope import Event
from schemas.fusion import Fusion
from schemas.learning import CutoverDone, RolledBack
from schemas.packet import Packet
from stores.errors import Refused, Retryable
from stores.trail import Trail
from tests.indexer.loop import WON, Loop, approval, first, of, record, refused, trained
from tests.indexer.world import NOW, World


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


def alter(world: World, packet: Packet) -> None:
    """Change the kept packet behind its hash."""
    text = packet.canonical().replace('"run_verdict":"WIN"', '"run_verdict":"WON"')
    world.serving._client.hset(f"packets:{world.tenant}", packet.digest, text)


def test_an_altered_packet_is_refused(world: World) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()
    alter(world, packet)
    assert "not what was reviewed" in refused(loop, approval(packet))


@pytest.mark.thorough
def test_an_altered_packet_is_made_anew_by_itself(world: World) -> None:
    loop = first(world)
    loop.settle()
    alter(world, loop.ready())
    world.clock.ahead = timedelta(minutes=2)
    loop.settle()
    loop.indexer.handle(approval(loop.packet()))
    assert record(world).model == world.next


@pytest.mark.thorough
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


@pytest.mark.thorough
def test_a_run_whose_win_is_not_in_the_audit_trail_gets_no_packet(world: World) -> None:
    loop = first(world)
    loop.settle()
    event = trained(world)
    loop.indexer.handle(event.model_copy(update={"run": "run-unknown"}))
    loop.settle()
    assert loop.state(world.next) == "verifying"
    about = world.serving.collection(world.tenant, world.target(world.next).collection)
    assert about is not None
    assert about.packet is None


@pytest.mark.thorough
def test_a_comparison_that_includes_harm_never_goes_live(world: World) -> None:
    loop = first(world)
    loop.settle()
    loop.indexer.handle(trained(world, comparison=WON.model_copy(update={"low": -0.01})))
    loop.settle()
    assert "did not win" in refused(loop, approval(loop.packet()))


@pytest.mark.thorough
def test_a_run_that_the_audit_trail_does_not_know_any_more_waits_and_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()
    monkeypatch.setattr(Trail, "trained", lambda *_: None)
    with pytest.raises(Retryable):
        loop.indexer.handle(approval(packet))
    assert record(world).model == world.live
    world.clock.ahead = timedelta(minutes=2)
    assert "no signed win" in refused(loop, approval(packet))


@pytest.mark.thorough
def test_other_rules_of_ranking_than_the_reviewed_ones_let_nothing_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()
    assert f"dense (weight {packet.weights.dense:g})" in packet.fusion
    with monkeypatch.context() as changed:
        changed.setattr("indexer.rules.AUTHORITY_WEIGHT", 0.5)
        assert "rules of passages or ranking changed" in refused(loop, approval(packet))
    loop.settle()
    packet = loop.packet()
    won = world.trust.trail.trained(world.tenant, packet.run)
    assert won is not None
    other = won.model_copy(update={"comparison": WON.model_copy(update={"fusion_candidate": Fusion(dense=0.1)})})
    monkeypatch.setattr(Trail, "trained", lambda *_: other)
    assert "did not win with the weights" in refused(loop, approval(packet, "again"))


@pytest.mark.thorough
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


@pytest.mark.thorough
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


@pytest.mark.thorough
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


@pytest.mark.thorough
def test_a_cutover_that_does_not_catch_up_in_time_leaves_the_shadow_ready(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()
    world.put("d1", 2, "changed after the proof")
    monkeypatch.setattr(loop.cutover, "_deadline_s", 0.0)
    reason = refused(loop, approval(packet, "too-soon"))
    assert "did not catch up with the documents within 0 s" in reason
    assert "Approve the same packet again" in reason
    assert (loop.state(world.next), loop.packet().digest) == ("ready", packet.digest)
    monkeypatch.undo()
    loop.indexer.handle(approval(packet, "again"))
    assert record(world).model == world.next
    assert [v for v, _, _ in world.shown("d1", world.next)] == [2]


@pytest.mark.thorough
def test_a_cutover_under_changes_that_never_end_is_carried_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()
    world.put("d1", 2, "changed after the proof")
    apply, versions = loop.sync.apply, iter(range(3, 100))

    def meanwhile(target: Target, batch: Sequence[Pending]) -> Applied:
        done = apply(target, batch)
        world.put("d1", next(versions), "changed once more")
        return done

    monkeypatch.setattr(loop.sync, "apply", meanwhile)
    monkeypatch.setattr(loop.verifier, "read", lambda target, only: Findings())
    loop.indexer.handle(approval(packet))
    assert record(world).model == world.next
    assert next(versions) == 4


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


@pytest.mark.thorough
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
