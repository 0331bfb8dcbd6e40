"""What a clock that was ahead left, documents that come during a proof, trouble with one side: nothing is lost."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from indexer.feed.document import Document
from indexer.feed.documents import DocumentState
from indexer.indexing import sync as sync_module
from retrieval.encoders import Encoder
from stores.collection_states import State
from stores.errors import Refused, Retryable
from stores.rebuilds import Rebuild
from stores.serving import STANDBY_FOR
from tests.indexer.loop import Loop, approval, first, record, refused
from tests.indexer.test_served_from import SAME, put, won
from tests.indexer.world import World, live

__all__ = ["put"]


@pytest.mark.parametrize("how", ["rebuilt", "lost", "audited"])
def test_a_document_that_came_while_the_clock_was_ahead_is_made_anew_like_others(world: World, how: str) -> None:
    world.clock.ahead = timedelta(days=1)
    first(world).settle()
    world.clock.ahead = timedelta(0)
    loop, collection = Loop(world), record(world).collection
    loop.settle()
    if how == "lost":
        world.vectors.drop(collection)
    else:
        world.vectors.delete(collection, ["d2#0"])
    if how == "rebuilt":
        asked = Rebuild(reason="asked", at=world.clock(), asked=True)
        world.serving.rebuilds.save(world.tenant, collection, asked)
    if how == "audited":
        target = world.target()
        found = loop.verifier.look(target)
        assert found.wrong == {"d2": "missing"}
        loop.verifier.mend(target, found)
    loop.settle()
    assert [len(world.shown(f"d{number}")) for number in range(12)] == [1] * 12


@pytest.mark.thorough
def test_a_proof_of_a_time_to_come_lets_nothing_in(world: World) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()
    world.clock.ahead = -timedelta(seconds=200)
    for number in range(50):
        world.put(f"x{number}", 1, f"something else {number}")
    assert "documents changed since" in refused(loop, approval(packet))
    assert record(world).model == world.live


def test_an_approval_waits_for_the_trail_for_a_minute_whatever_the_clock_says(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = first(world)
    loop.settle()
    packet = loop.ready()
    decided = approval(packet)
    monkeypatch.setattr(world.trust.trail, "trained", lambda *_: None)
    with pytest.raises(Retryable):
        loop.indexer.handle(decided)
    world.clock.ahead = -timedelta(hours=2)
    assert "no signed win" in refused(loop, decided)


def test_what_was_decided_while_the_clock_was_ahead_stands_in_the_trail(world: World) -> None:
    world.clock.ahead = timedelta(hours=2)
    loop = first(world)
    loop.settle()
    packet = loop.ready()
    world.clock.ahead = timedelta(0)
    assert world.trust.trail.trained(world.tenant, packet.run) is not None


@pytest.mark.thorough
@pytest.mark.parametrize("arrivals", [1, 20])
def test_documents_that_come_while_live_is_proven_stay(world: World, put: Callable[[], object], arrivals: int) -> None:
    loop = first(world, 40)
    loop.settle()
    put()
    come, live_first = list[str](), loop.live_first.yield_point

    def arriving() -> None:
        if len(come) < arrivals:
            come.append(f"new{len(come)}")
            world.put(come[-1], 1, f"fresh text {len(come)}")
            loop.live_first._pause = timedelta(0)
        live_first()
        for name in come:
            assert world.shown(name, world.live), f"{name} was taken out of what is live"

    loop.sync._yield_point = arriving
    loop.indexer.handle(won(world))
    for _ in range(4):
        loop.turn()
        if loop.state(SAME) in (State.FAILED, State.READY):
            break
    assert loop.state(SAME) == State.READY
    loop.sync._yield_point = lambda: None
    loop.settle()
    assert [name for name in come if not world.shown(name, world.live)] == []
    assert len(come) >= min(arrivals, 10)


@pytest.mark.thorough
@pytest.mark.parametrize("side", ["live", "standby"])
def test_a_model_that_cannot_be_had_holds_up_neither_shadows_nor_what_is_over(
    world: World, monkeypatch: pytest.MonkeyPatch, side: str
) -> None:
    loop = first(world)
    loop.settle()
    loop.indexer.handle(approval(loop.ready()))
    loop.settle()
    broken, get = (world.next if side == "live" else world.live), world.encoders.get

    def damaged(tenant: str, model: str, manifest: str | None = None) -> Encoder:
        if model == broken:
            raise Refused(f"{model} is damaged")
        return get(tenant, model, manifest)

    monkeypatch.setattr(world.encoders, "get", damaged)
    world.put("d0", 2, "a text that has to be embedded")
    world.clock.ahead = STANDBY_FOR * 1.1
    with pytest.raises(Refused, match="is damaged"):
        loop.turn()
    assert record(world).standby is None, "its time is over, whatever is wrong"


@pytest.mark.parametrize("gone", [False, True])
def test_a_change_whose_row_is_seen_late_overtakes_the_text_that_is_being_embedded(
    world: World, monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    world.put("d", 1, "the first text")
    live(world)
    world.put("d", 2, "the second text")
    monkeypatch.setattr(sync_module, "OVERTAKE_EVERY_S", 0.0)
    hidden, embedding = [True], [False]

    def yield_point() -> None:
        hidden[0] &= not embedding[0]

    sync, target = world.new_sync(yield_point=yield_point), world.target()
    among, read = sync.documents.among, sync.documents.read
    state, text = among(world.tenant, target.collection, ["d"]), read(world.tenant, ["d"])
    world.put("d", 3, "" if gone else "the third text", deleted=gone)

    def late_among(*asked: object) -> dict[str, DocumentState]:
        return state if hidden[0] else among(*asked)  # type: ignore[arg-type]

    def late_read(*asked: object) -> dict[str, Document]:
        found = text if hidden[0] else read(*asked)  # type: ignore[arg-type]
        embedding[0] = True
        return found

    monkeypatch.setattr(sync.documents, "among", late_among)
    monkeypatch.setattr(sync.documents, "read", late_read)
    for _ in range(3):
        sync.advance(target, 60, whole=False)
    assert [version for version, _, _ in world.shown("d")] == ([] if gone else [3])
