"""Impressions: a row that says of which search, time that moves, and nothing else. Pure."""

from datetime import timedelta

from schemas.activity import Impression, ResultsShown
from schemas.instants import milliseconds
from schemas.topics import IMPRESSIONS
from streams.agents.impressions import writes
from tests.schemas.samples import WHEN
from tests.streams.agents.batches import POISON, batch_of, table

SHOWN = ResultsShown(
    event_id="i1",
    tenant="acme",
    occurred_at=WHEN,
    user="u",
    search="s-1",
    impressions=(Impression(document="d", rank=2),),
)


def test_an_impression_is_a_row_of_its_search_and_moves_time() -> None:
    later = SHOWN.model_copy(update={"event_id": "i2", "occurred_at": WHEN + timedelta(seconds=5)})
    written = writes(batch_of(IMPRESSIONS, SHOWN, POISON, later), ())
    rows = table(written, "events")
    assert [(row["type"], row["event_id"], row["interaction"], row["document"]) for row in rows] == [
        ("ResultsShown", "i1", "s-1", ""), ("ResultsShown", "i2", "s-1", "")
    ]  # fmt: skip
    assert written.newest == milliseconds(later.occurred_at)
    assert written.accesses is None
    assert [name for name, _ in written.tables] == ["events"]
    assert [position for position, _ in written.rejected] == [1]
    assert writes(batch_of(IMPRESSIONS, POISON), ()).newest is None
