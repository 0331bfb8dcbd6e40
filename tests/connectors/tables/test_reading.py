"""Rows by a mapping are documents and happenings, or a sentence that says what is wrong with a cell."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from connectors.events import happened
from connectors.items import Document, Fault, Happened, Removed
from connectors.tables.cells import Wrong
from connectors.tables.mapping import parsed
from connectors.tables.reading import Reading, item, read
from operations.events import Read, judged
from operations.json_objects import Found

NOW = datetime(2026, 11, 27, tzinfo=UTC)
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
TICKETS = parsed(
    {"columns": {"document": "id", "title": "subject", "body": ["summary", "text"], "updated_at": "changed",
                 "acl": "groups", "deleted": "gone"}, "values": {"kind": "ticket"}}, "m.toml",
)  # fmt: skip
ROW = {"id": "T-1", "subject": "Printer", "summary": "jams", "text": "often", "changed": "2026-11-02T09:00:00Z",
       "groups": "it; support;", "gone": "no", "more": "x"}  # fmt: skip
CLICKS = parsed(
    {"type": "DocumentOpened", "columns": {"user": "who", "document": "page", "occurred_at": "when",
     "dwell_seconds": "s", "from_search.search": "sid", "from_search.query": "q", "from_search.rank": "pos"}}, "m.toml",
)  # fmt: skip
CLICK = {"who": "ana", "page": "T-1", "when": "1793610000", "s": "4.5", "sid": "s1", "q": "printer", "pos": "2"}


def test_a_row_is_a_document_with_its_own_list() -> None:
    found = item(ROW, Reading(TICKETS, ("staff",)))
    assert found == Document("T-1", AT, "Printer", "jams\n\noften", ("it", "support"), kind="ticket", ordered=True)


def test_an_empty_list_is_nobody_and_without_a_column_the_stated_list_holds() -> None:
    found = item({**ROW, "groups": ""}, Reading(TICKETS, ("staff",)))
    assert isinstance(found, Document)
    assert found.acl == ()
    without = parsed({"columns": {"document": "id", "updated_at": "changed"}}, "m.toml")
    stated = item(ROW, Reading(without, ("staff",)))
    assert isinstance(stated, Document)
    assert stated.acl == ("staff",)


@pytest.mark.parametrize("mark", ["yes", "TRUE", "1", "x"])
def test_a_row_that_is_gone_is_a_removal(mark: str) -> None:
    assert item({**ROW, "gone": mark}, Reading(TICKETS, ())) == Removed("T-1", AT, ordered=True)


def test_a_version_orders_a_removal_too() -> None:
    mapping = parsed(
        {"columns": {"document": "id", "updated_at": "changed", "version": "v", "deleted": "gone"}}, "m.toml"
    )
    row = {**ROW, "v": "7", "gone": "yes"}
    assert item(row, Reading(mapping, ())) == Removed("T-1", AT, version=7, ordered=True)


def test_a_row_is_an_event_that_the_checks_accept_and_the_same_row_the_same_event() -> None:
    found = item(CLICK, Reading(CLICKS, ()))
    assert isinstance(found, Happened)
    assert found.fields["from_search"] == {"search": "s1", "query": "printer", "rank": 2}
    plain = happened(found, "acme")
    assert isinstance(judged(Found(1, orjson.dumps(plain), plain), NOW), Read)
    assert happened(item(dict(CLICK), Reading(CLICKS, ())), "acme") == plain  # type: ignore[arg-type]
    other = item({**CLICK, "who": "ben"}, Reading(CLICKS, ()))
    assert isinstance(other, Happened)
    assert happened(other, "acme")["event_id"] != plain["event_id"]


def test_an_opening_with_half_a_search_is_an_opening() -> None:
    found = item({**CLICK, "pos": ""}, Reading(CLICKS, ()))
    assert isinstance(found, Happened)
    assert "from_search" not in found.fields


def test_results_are_ranked_in_their_order() -> None:
    searches = parsed({"type": "SearchServed", "columns": {"user": "u", "search": "s", "query": "q", "occurred_at": "t",
                                                           "results": "r"}}, "m.toml")  # fmt: skip
    found = item({"u": "ana", "s": "1", "q": "x", "t": "1793610000", "r": "a;b"}, Reading(searches, ()))
    assert isinstance(found, Happened)
    assert found.fields["results"] == [{"document": "a", "rank": 1}, {"document": "b", "rank": 2}]


@pytest.mark.parametrize(
    ("row", "mapping", "words"),
    [
        ({**ROW, "changed": "last week"}, TICKETS, "updated_at: 'last week' is none; ISO 8601"),
        ({**ROW, "changed": ""}, TICKETS, "updated_at: missing"),
        ({**ROW, "id": ""}, TICKETS, "document: missing"),
        ({"id": "T-1"}, TICKETS, "the row has no column"),
        ({**CLICK, "pos": "second"}, CLICKS, "from_search.rank: 'second'"),
        ({**CLICK, "pos": "1.5"}, CLICKS, "from_search.rank: '1.5'"),
        ({**CLICK, "pos": "nan"}, CLICKS, "from_search.rank: 'nan'"),
    ],
)
def test_a_wrong_cell_is_named(row: dict[str, Any], mapping: Any, words: str) -> None:  # noqa: ANN401
    with pytest.raises(Wrong) as raised:
        item(row, Reading(mapping, ()))
    assert words in str(raised.value)


def test_a_wrong_row_is_named_by_its_line_and_loses_no_other(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,changed\nT-1,soon\nT-2,2026-11-02\n")
    mapping = parsed({"columns": {"document": "id", "updated_at": "changed"}}, "m.toml")
    fault, document = read(path, Reading(mapping, ()))
    assert isinstance(fault, Fault)
    assert fault.where == "line 2"
    assert isinstance(document, Document)
