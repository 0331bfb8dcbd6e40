"""A log of any engine: searches without a model, clicks with the search that led to them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from connectors.events import happened
from connectors.items import Fault, Happened
from connectors.searches import Reading, columns, items, read
from connectors.tables.cells import Wrong
from operations.events import Read, judged
from operations.json_objects import Found
from schemas.activity import SearchServed
from stores.errors import Misconfigured

NOW = datetime(2026, 11, 27, tzinfo=UTC)
ROW = {
    "query": "guest wifi",
    "user": "ana",
    "time": "2026-11-02T09:00:00Z",
    "search": "s1",
    "results": "it/wifi;hr/leave",
}


LOG = Reading("shop", columns({}))


def happenings(*rows: dict[str, Any]) -> list[Happened]:
    known: dict[str, Any] = {}
    return [found for row in rows for found in items(row, LOG, known)]


def test_what_a_log_leaves_out_goes_before_each_id() -> None:
    log = Reading("shop", columns({}), before="wiki/")
    shown, clicked = items(ROW | {"clicked": "hr/leave"}, log, {})
    assert [one["document"] for one in shown.fields["results"]] == ["wiki/it/wifi", "wiki/hr/leave"]
    assert clicked.fields["document"] == "wiki/hr/leave"
    assert clicked.fields["from_search"]["rank"] == 2, "it is found among what was shown"


def test_a_search_names_no_model_and_passes_the_checks() -> None:
    (found,) = happenings(ROW)
    plain = happened(found, "acme")
    accepted = judged(Found(1, orjson.dumps(plain), plain), NOW)
    assert isinstance(accepted, Read)
    assert isinstance(accepted.event, SearchServed)
    assert (accepted.event.model, accepted.event.search) == (None, "shop/s1")
    assert [(result.document, result.rank) for result in accepted.event.results] == [("it/wifi", 1), ("hr/leave", 2)]


def test_a_click_takes_query_person_and_rank_of_its_search() -> None:
    _, click = happenings(ROW, {"search": "s1", "clicked": "hr/leave", "time": "2026-11-02T09:00:05Z", "dwell": "40"})
    assert click.kind == "DocumentOpened"
    assert click.fields == {
        "user": "ana", "document": "hr/leave", "from_search": {"search": "shop/s1", "query": "guest wifi", "rank": 2},
        "dwell_seconds": 40.0,
    }  # fmt: skip


def test_rows_of_one_search_are_one_search_with_several_clicks() -> None:
    both = happenings({**ROW, "clicked": "it/wifi", "rank": "1"}, {**ROW, "clicked": "hr/leave", "rank": "2"})
    assert [found.kind for found in both] == ["SearchServed", "DocumentOpened", "DocumentOpened"]
    without_id = {name: value for name, value in ROW.items() if name != "search"}
    again = happenings({**without_id, "clicked": "it/wifi"}, {**without_id, "clicked": "hr/leave"})
    assert len({happened(found, "acme")["event_id"] for found in again if found.kind == "SearchServed"}) == 1
    assert again[-1].fields["from_search"]["rank"] == 2


def test_two_logs_that_count_alike_have_searches_and_clicks_of_their_own() -> None:
    row = {**ROW, "clicked": "it/wifi"}
    one, other = (list(items(row, Reading(name, columns({})), {})) for name in ("shop", "wiki"))
    ids = {happened(found, "acme")["event_id"] for found in (*one, *other)}
    assert len(ids) == 4
    assert [found.fields["search"] for found in (one[0], other[0])] == ["shop/s1", "wiki/s1"]


def test_a_click_on_what_was_not_shown_is_an_opening() -> None:
    found = happenings({**ROW, "clicked": "elsewhere"})[-1]
    assert found.fields == {"user": "ana", "document": "elsewhere"}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({**ROW, "time": "noon"}, "time: 'noon' is none; ISO 8601"),
        ({**ROW, "time": ""}, "time: missing"),
        ({**ROW, "user": ""}, "user: missing"),
        ({"user": "ana", "time": 1793610000}, "query: missing"),
        ({**ROW, "clicked": "a", "rank": "first"}, "rank: 'first' is none; a whole number is right"),
        ({**ROW, "clicked": "a", "rank": "nan"}, "rank: 'nan' is none"),
        ({**ROW, "clicked": "a", "rank": "inf"}, "rank: 'inf' is none"),
        ({**ROW, "clicked": "a", "rank": "1.7"}, "rank: '1.7' is none"),
        ({**ROW, "clicked": "a", "dwell": "nan"}, "dwell: 'nan' is none; a number is right"),
    ],
)
def test_a_wrong_row_says_what_is_right(row: dict[str, Any], words: str) -> None:
    with pytest.raises(Wrong, match=words):
        happenings(row)


def test_columns_are_found_by_known_names_or_given(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(
        '{"q": "wifi", "client_id": "c1", "timestamp": 1793610000, "hits": [{"id": "a"}, "b"]}\n{"q": "x"}\n'
    )
    found, wrong = read(path, LOG)
    assert isinstance(found, Happened)
    assert [result["document"] for result in found.fields["results"]] == ["a", "b"]
    assert isinstance(wrong, Fault)
    assert wrong.where == "line 2"
    assert columns({"query": "words"})["query"] == ("words",)
    with pytest.raises(Misconfigured, match="nearest known name is 'query'"):
        columns({"qery": "words"})
