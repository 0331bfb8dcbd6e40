"""What agents' columns have in common: both ways of decoding agree, instants are converted once, ids are as by rule."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from schemas.activity import DocumentOpened
from schemas.codec import encode
from schemas.ids import stable_id
from schemas.instants import milliseconds
from schemas.topics import CLICKS
from streams.event_columns import (
    accesses,
    columns_of,
    decode_each,
    decode_together,
    earliest_wins,
    event_rows,
    lists_of_one,
    pair_ids,
    rows_together,
)
from tests.schemas.samples import WHEN, opened
from tests.streams.agents.batches import POISON, batch_of, rows

MIXED = (opened(1), POISON, opened(2, user="dana"), None, opened(3))


def test_columns_and_single_events_become_the_same_rows() -> None:
    batch = batch_of(CLICKS, *MIXED)
    together, each = decode_together(batch, ()), decode_each(batch, ())
    users = [event.user for event in each.events if isinstance(event, DocumentOpened)]
    assert rows(rows_together(batch, together, {})) == rows(event_rows(each, {"user": users}))
    assert together.rejected == each.rejected
    assert together.positions.tolist() == each.positions == [0, 2, 4]
    assert together.occurred_at.tolist() == each.occurred_at == [milliseconds(WHEN)] * 3


def test_what_was_cut_stands_in_its_own_row_both_ways() -> None:
    long = encode(opened(4, user="kim")).replace(b"31.5", b"90000.0")
    batch = replace(batch_of(CLICKS, *MIXED, long, opened(5)), keys=pa.array([b"acme\x1fx"] * 7, pa.binary()))
    together, each = decode_together(batch, ()), decode_each(batch, ())
    assert together.cuts == each.cuts == {3: {"dwell_seconds": 1}}
    for found in (rows(rows_together(batch, together, {})), rows(event_rows(each, {}))):
        assert [row["clipped"] for row in found] == [[], [], [], [("dwell_seconds", 1)], []]
    plain = batch_of(CLICKS, *MIXED)
    assert "clipped" not in rows_together(plain, decode_together(plain, ()), {})


def test_a_row_says_where_its_record_stands_and_keeps_its_bytes() -> None:
    batch = batch_of(CLICKS, *MIXED)
    found = rows(rows_together(batch, decode_together(batch, ()), {"document": ["a", "b", "c"]}))
    assert [row["offset"] for row in found] == [100, 102, 104]
    assert [row["payload"] for row in found] == [batch.values[i].as_py() for i in (0, 2, 4)]
    assert {(row["topic"], row["topic_id"], row["partition"]) for row in found} == {("clicks", "id-1", 2)}
    assert [(row["user"], row["document"]) for row in found] == [("robin", "a"), ("dana", "b"), ("robin", "c")]
    assert {(row["interaction"], row["query"], row["rank"], row["dwell_s"]) for row in found} == {("", "", 0, -1.0)}


@pytest.mark.parametrize("tenants", [(), ("acme",)])
def test_who_may_send(tenants: tuple[str, ...]) -> None:
    batch = batch_of(CLICKS, opened(1), opened(2, tenant="globex"))
    assert len(decode_together(batch, tenants).table) == len(decode_each(batch, tenants).events) == 2 - len(tenants)


def test_accesses_of_one_person_follow_each_other_in_order_of_the_batch() -> None:
    people = ("b", "a", "b", "c", "a")
    found = accesses(decode_together(batch_of(CLICKS, *(opened(i, user=u) for i, u in enumerate(people))), ()))
    assert found is not None
    assert found.users == [f"acme\x1f{user}" for user in ("b", "b", "a", "a", "c")]
    assert found.members == [f"click-{i}\x1fdoc-{i}" for i in (0, 2, 1, 4, 3)]
    assert found.positions.tolist() == [0, 2, 1, 4, 3]
    assert found.times == [milliseconds(WHEN)] * 5


def test_an_id_of_columns_is_the_stable_id_of_each_row() -> None:
    found = pair_ids("kind", pa.array(["acme", "ü"]), pa.array(["x", "y"]))
    assert found == [stable_id("kind", "acme", "x"), stable_id("kind", "ü", "y")]


def test_the_earlier_of_two_dates_has_the_higher_revision() -> None:
    early, late = earliest_wins(np.array([1_000, 2_000], np.int64)).tolist()
    assert early > late > 0


def test_lists_of_one_and_rows_as_columns() -> None:
    assert lists_of_one(pa.chunked_array([["a"], ["b"]])).to_pylist() == [["a"], ["b"]]
    assert columns_of([{"a": 1, "b": 2}, {"a": 3, "b": 4}], ("b", "a")) == {"b": [2, 4], "a": [1, 3]}
    assert columns_of([], ("a",)) == {"a": []}
