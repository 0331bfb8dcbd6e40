"""Searches: rows of served searches, and time. Pure."""

from datetime import timedelta

from schemas.activity import Result, SearchServed
from schemas.instants import milliseconds
from schemas.topics import SEARCHES
from streams.agents.searches import writes
from tests.schemas.samples import WHEN
from tests.streams.agents.batches import POISON, batch_of, table


def _served(number: int, seconds: float = 0.0) -> SearchServed:
    return SearchServed(
        event_id=f"search-{number}", tenant="acme", occurred_at=WHEN + timedelta(seconds=seconds), user="robin",
        search=f"s-{number}", query="vpn from hotel", results=(Result(document="d", rank=1, score=0.5),), model="base",
        collection="c", serving_version=1,
    )  # fmt: skip


def test_a_search_is_a_row_without_a_document_and_neither_an_access_nor_a_pair() -> None:
    written = writes(batch_of(SEARCHES, _served(1)), ())
    (row,) = table(written, "events")
    assert {name: row[name] for name in ("event_id", "type", "user", "document", "interaction", "query", "rank")} == {
        "event_id": "search-1", "type": "SearchServed", "user": "robin", "document": "", "interaction": "s-1",
        "query": "vpn from hotel", "rank": 0,
    }  # fmt: skip
    assert [name for name, _ in written.tables] == ["events"]
    assert written.accesses is None


def test_time_moves_to_the_newest_search_wherever_it_stands() -> None:
    written = writes(batch_of(SEARCHES, _served(1, 5), POISON, _served(2, 60.0005), _served(3, 7)), ())
    assert written.newest == milliseconds(WHEN + timedelta(seconds=60.0005))
    assert [row["offset"] for row in table(written, "events")] == [100, 102, 103]


def test_time_stands_when_nothing_was_accepted() -> None:
    assert writes(batch_of(SEARCHES, POISON), ()).newest is None
