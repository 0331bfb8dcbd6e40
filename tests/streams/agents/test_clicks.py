"""Clicks: rows, pairs and accesses of opened documents. Pure: a batch in, what is to be stored out."""

import json
from dataclasses import replace
from datetime import timedelta

import orjson
import pyarrow as pa
import pytest

from schemas.activity import FromSearch
from schemas.codec import encode
from schemas.instants import milliseconds
from schemas.topics import CLICKS
from streams.agents.clicks import writes
from streams.pairs import pair_id
from streams.pairs.search_click import SearchClickRules
from tests.schemas.samples import WHEN, opened
from tests.streams.agents.batches import POISON, batch_of, table

RULES = SearchClickRules()
AT = milliseconds(WHEN)


def test_a_click_from_a_search_is_a_row_an_access_and_a_pair() -> None:
    written = writes(batch_of(CLICKS, opened(7)), RULES, ())
    (row,) = table(written, "events")
    assert {name: row[name] for name in ("event_id", "type", "user", "document", "interaction", "query", "rank")} == {
        "event_id": "click-7", "type": "DocumentOpened", "user": "robin", "document": "doc-7", "interaction": "s-7",
        "query": "vpn from hotel", "rank": 2,
    }  # fmt: skip
    assert (row["dwell_s"], row["occurred_at"], row["partition"], row["offset"]) == (31.5, AT, 2, 100)
    (pair,) = table(written, "pairs")
    assert pair == {
        "tenant": "acme", "pair": pair_id("search_click", "acme", "click-7", "doc-7"), "kind": "search_click",
        "anchor": "vpn from hotel", "document": "doc-7", "weight": 2.0, "user": "robin", "event_ids": ["click-7"],
        "occurred_at": AT, "revision": (1 << 63) - AT,
    }  # fmt: skip
    assert written.accesses is not None
    assert (written.accesses.users, written.accesses.members) == (["acme\x1frobin"], ["click-7\x1fdoc-7"])
    assert written.accesses.times == [AT]
    assert written.newest is None, "accesses move time by themselves"


def test_a_click_from_elsewhere_is_no_pair_and_its_row_says_of_no_search() -> None:
    late = WHEN + timedelta(minutes=5)
    events = (opened(1, from_search=None, dwell_seconds=None), opened(2, occurred_at=late), opened(3, from_search=None))
    written = writes(batch_of(CLICKS, *events), RULES, ())
    rows = table(written, "events")
    assert [row["interaction"] for row in rows] == ["", "s-2", ""]
    assert [(row["query"], row["rank"], row["dwell_s"]) for row in rows[:1]] == [("", 0, -1.0)]
    (pair,) = table(written, "pairs")
    assert (pair["document"], pair["occurred_at"]) == ("doc-2", milliseconds(late))


@pytest.mark.parametrize(("dwell", "factor"), [(None, 0.7), (0.0, 0.1), (15.0, 0.55), (900.0, 1.0)])
def test_the_pair_s_weight_is_the_rule_s(dwell: float | None, factor: float) -> None:
    (pair,) = table(writes(batch_of(CLICKS, opened(dwell_seconds=dwell)), RULES, ()), "pairs")
    assert pair["weight"] == pytest.approx(2 * factor)
    (pair,) = table(
        writes(batch_of(CLICKS, opened(dwell_seconds=dwell)), SearchClickRules(eta=0.0, clip=1.0), ()), "pairs"
    )
    assert pair["weight"] == pytest.approx(factor)


def test_what_was_cut_is_counted_in_its_row_and_a_click_is_not_lost_for_it() -> None:
    long = FromSearch(search="s", query="q", rank=1).model_dump() | {"query": "log " * 800}
    odd = [
        orjson.dumps(json.loads(encode(opened(number))) | fields)
        for number, fields in enumerate(({"dwell_seconds": 172_800.0}, {"dwell_seconds": -0.2}, {"from_search": long}))
    ]
    batch = batch_of(CLICKS, opened(9), *odd)
    keyed = replace(batch, keys=pa.array([b"acme\x1frobin"] * 4, pa.binary()))
    written = writes(keyed, RULES, ())
    assert written.rejected == []
    rows = table(written, "events")
    assert [row["clipped"] for row in rows] == [
        [],
        [("dwell_seconds", 1)],
        [("dwell_seconds", 1)],
        [("from_search.query", 1)],
    ]
    assert [row["dwell_s"] for row in rows] == [31.5, 86_400.0, -1.0, 31.5]
    assert [len(row["query"]) for row in rows] == [14, 14, 14, 2_000]
    assert len(table(written, "pairs")) == 4
    assert "clipped" not in dict(writes(batch_of(CLICKS, opened()), RULES, ()).tables)["events"]


def test_accesses_stand_by_user_and_know_their_place_in_the_batch() -> None:
    events = (opened(1, user="b"), POISON, opened(2, user="a"), opened(3, user="b"))
    written = writes(batch_of(CLICKS, *events), RULES, ())
    assert written.accesses is not None
    assert written.accesses.users == ["acme\x1fb", "acme\x1fb", "acme\x1fa"]
    assert written.accesses.positions.tolist() == [0, 3, 2]
    assert [position for position, _ in written.rejected] == [1]
    assert [row["offset"] for row in table(written, "events")] == [100, 102, 103]


def test_a_batch_of_which_nothing_is_accepted_stores_nothing() -> None:
    written = writes(batch_of(CLICKS, POISON, opened()), RULES, ("globex",))
    assert written.accesses is None
    assert table(written, "events") == table(written, "pairs") == []
    assert [rejection.code for _, rejection in written.rejected] == ["not_json", "unknown_tenant"]
