"""Learning: the loop's own decisions as rows."""

from datetime import timedelta
from pathlib import Path

from schemas.instants import milliseconds
from schemas.learning import CutoverApproved, TrainingRequested
from schemas.topics import LEARNING
from stores.settings import Settings
from streams.agents.learning import writes
from tests.schemas.samples import WHEN
from tests.stores.keyed import Believing, installation
from tests.streams.agents.batches import POISON, batch_of, table
from tests.streams.world import World

ASKED = TrainingRequested(
    event_id="t1", tenant="acme", occurred_at=WHEN, run="run-1", requested_by="drift", reason="it drifted"
)


def test_every_decision_is_a_row_of_its_own_type_about_no_person_and_no_document() -> None:
    approved = CutoverApproved(event_id="c1", tenant="acme", occurred_at=WHEN, packet="p", collection="c", by="op")
    written = writes(batch_of(LEARNING, ASKED, POISON, approved), (), Believing())
    rows = table(written, "events")
    assert [(row["event_id"], row["type"], row["offset"]) for row in rows] == [
        ("t1", "TrainingRequested", 100),
        ("c1", "CutoverApproved", 102),
    ]
    assert {(row["user"], row["document"], row["interaction"], row["query"]) for row in rows} == {("", "", "", "")}
    assert {row["occurred_at"] for row in rows} == {milliseconds(WHEN)}
    assert [position for position, _ in written.rejected] == [1]


def test_decisions_do_not_move_time() -> None:
    written = writes(batch_of(LEARNING, ASKED), (), Believing())
    assert (written.newest, written.accesses) == (None, None)
    assert [name for name, _ in written.tables] == ["events"]


def test_a_decision_that_was_not_rightly_signed_is_rejected_with_its_reason(tmp_path: Path) -> None:
    ours, theirs = installation(tmp_path / "ours"), installation(tmp_path / "theirs")
    batch = batch_of(LEARNING, ours.as_installation(ASKED), ASKED, POISON, theirs.as_installation(ASKED))
    written = writes(batch, (), ours)
    assert [row["offset"] for row in table(written, "events")] == [100]
    rejected = {position: rejection.code for position, rejection in written.rejected}
    assert (rejected[1], rejected[3]) == ("unsigned", "forged")
    assert len(rejected) == 3


def test_a_decision_that_was_sent_again_is_shown_once_and_another_of_its_id_by_itself(
    stack: Settings, tenant: str
) -> None:
    world = World(stack, tenant)
    asked = ASKED.model_copy(update={"tenant": tenant})
    other = asked.model_copy(update={"occurred_at": WHEN - timedelta(days=1)})
    world.feed(asked, asked, other)
    world.feed(asked)
    rows = world.rows("SELECT offset FROM learning WHERE tenant = {tenant:String} ORDER BY offset")
    assert [row["offset"] for row in rows] == [0, 2]
    world.remove()
