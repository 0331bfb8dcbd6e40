"""Signed decisions that are kept and used again: in another place, for another thing, at another time.

`test_forging.py` has those that are altered; here every byte of the signature is right.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.codec import encode
from schemas.envelope import Event
from schemas.learning import CutoverApproved, CutoverRefused, Decision, TrainingRequested
from schemas.topics import CLICKS, DOCUMENTS, LEARNING
from stores.settings import Settings
from tests.attacks.forgeries import refusal_of
from tests.indexer.loop import Loop, approval, record, refused
from tests.indexer.world import OPERATOR, World
from tests.schemas.packets import packet
from tests.stores.keyed import installation
from tests.streams.world import World as Streams

CHANGES: dict[str, Callable[[Decision], Decision]] = {
    "another id, to be counted again": lambda event: event.model_copy(update={"event_id": "again"}),
    "another tenant": lambda event: event.model_copy(update={"tenant": "elsewhere"}),
    "another time": lambda event: event.model_copy(update={"occurred_at": event.occurred_at + timedelta(days=1)}),
    "another name": lambda event: event.model_copy(update={"by": "sam"}),
    "another collection": lambda event: event.model_copy(update={"collection": "C_other"}),
    "another kind": lambda event: CutoverRefused.model_validate(
        {**event.model_dump(exclude={"type", "signature"}), "reason": "no"}
    ).model_copy(update={"signature": event.signature}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_signature_fits_one_event_alone(tmp_path: Path, change: str) -> None:
    """Catches a signature over some of the fields, for one the packet's hash: it would fit whatever else is said."""
    signing = installation(tmp_path, OPERATOR, "sam")
    signed = signing.as_operator(approval(packet()), OPERATOR)
    assert signing.objection(signed) is None
    replayed = CHANGES[change](signed)
    assert replayed != signed
    found = signing.objection(replayed)
    assert found is not None
    assert found.code == "forged"


def test_a_refusal_that_was_kept_drops_no_later_shadow(world: World, ready: Loop) -> None:
    """Catches a refusal that is about a collection's name, which a later build of the same model has too."""
    kept = world.signing.as_operator(refusal_of(ready.packet()), OPERATOR)
    world.clock.ahead = timedelta(hours=25)
    ready.settle()  # the proof grew old: a new packet of the same collection
    assert ready.packet().digest != kept.packet
    for loop in (ready, Loop(world)):
        loop.indexer.handle(kept)
        loop.settle()
        assert loop.state(world.next) == "ready"


def test_a_rollback_that_was_kept_moves_nothing_back(world: World, ready: Loop) -> None:
    """Catches an indexer that carries out the event of a move: it only tells of one that was made."""
    ready.indexer.handle(world.signing.as_operator(approval(ready.packet()), OPERATOR))
    back = ready.roll_back()
    ready.settle()
    forward = ready.roll_back()
    ready.settle()
    assert (record(world).model, record(world).version) == (world.next, 4)
    ready.settle()
    for event in (back, forward, back):
        for loop in (ready, Loop(world)):
            before = len(loop.sent)
            loop.indexer.handle(event)
            loop.settle()
            assert loop.sent[before:] == []
    assert (record(world).model, record(world).version) == (world.next, 4)


def test_an_approval_waits_for_no_packet_to_come(world: World, ready: Loop) -> None:
    """Catches an approval that is kept until its packet comes: nobody can have reviewed what was not there."""
    early = world.signing.as_operator(approval(ready.packet(), "early", packet="a" * 64), OPERATOR)
    assert refused(ready, early)
    ready.settle()
    assert ready.state(world.next) == "ready"
    assert record(world).model == world.live


def test_a_decision_on_a_topic_of_producers_is_a_dead_letter(stack: Settings, world: World) -> None:
    """Catches a reader that goes by the event's type wherever it stands: the topic says who may send what."""
    signed: list[Event] = [
        world.signing.as_operator(
            TrainingRequested(
                event_id="t",
                tenant=world.tenant,
                occurred_at=world.clock(),
                run="run-x",
                requested_by=OPERATOR,
                reason="x",
            ),
            OPERATOR,
        ),
        world.signing.as_operator(
            CutoverApproved(
                event_id="a",
                tenant=world.tenant,
                occurred_at=world.clock(),
                packet="a" * 64,
                collection="C",
                by=OPERATOR,
            ),
            OPERATOR,
        ),
    ]
    streams = Streams(stack, world.tenant, signing=world.signing)
    try:
        for topic in (CLICKS, DOCUMENTS):
            streams.process(streams.records(topic.name, [encode(event) for event in signed]))
        assert streams.rows("SELECT * FROM learning") == []
        codes = streams.rows("SELECT topic, code FROM dead_letters ORDER BY topic, offset")
        assert codes == [{"topic": topic.name, "code": "invalid"} for topic in (CLICKS, CLICKS, DOCUMENTS, DOCUMENTS)]
        assert LEARNING.name not in streams.ledger()
    finally:
        streams.remove()
