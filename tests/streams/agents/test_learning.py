"""Learning: the loop's own decisions as rows. Pure."""

from schemas.instants import milliseconds
from schemas.learning import CutoverApproved, TrainingRequested
from schemas.topics import LEARNING
from streams.agents.learning import writes
from tests.schemas.samples import WHEN
from tests.streams.agents.batches import POISON, batch_of, table

ASKED = TrainingRequested(
    event_id="t1", tenant="acme", occurred_at=WHEN, run="run-1", requested_by="drift", reason="it drifted"
)


def test_every_decision_is_a_row_of_its_own_type_about_no_person_and_no_document() -> None:
    approved = CutoverApproved(event_id="c1", tenant="acme", occurred_at=WHEN, packet="p", collection="c", by="op")
    written = writes(batch_of(LEARNING, ASKED, POISON, approved), ())
    rows = table(written, "events")
    assert [(row["event_id"], row["type"], row["offset"]) for row in rows] == [
        ("t1", "TrainingRequested", 100),
        ("c1", "CutoverApproved", 102),
    ]
    assert {(row["user"], row["document"], row["interaction"], row["query"]) for row in rows} == {("", "", "", "")}
    assert {row["occurred_at"] for row in rows} == {milliseconds(WHEN)}
    assert [position for position, _ in written.rejected] == [1]


def test_decisions_do_not_move_time() -> None:
    written = writes(batch_of(LEARNING, ASKED), ())
    assert (written.newest, written.accesses) == (None, None)
    assert [name for name, _ in written.tables] == ["events"]
