"""Queries and events of UBI in each form that senders post, and what is none."""

from datetime import UTC, datetime

import pytest

from gateway.ubi.reading import Unreadable, acted, asked, moment

AT = datetime(2026, 11, 1, 9, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "stamp",
    [1793523910000, "1793523910000", " " * 20 + "1793523910000 ", 1793523910000.0, "2026-11-01T09:05:10Z",
     "2026-11-01T09:05:10+0000",
     "2026-11-01T10:05:10+01:00", "2026-11-01T09:05:10", "2026-11-01 09:05:10.000"],
)  # fmt: skip
def test_instants_are_epoch_milliseconds_or_iso_and_without_offset_utc(stamp: object) -> None:
    assert moment(stamp) == AT


@pytest.mark.parametrize(
    "stamp",
    [True, -1, 10**18, float("inf"), float("nan"), "soon", "", [], {}, None, "9" * 400, "0001-01-01T00:00:00+14:00"],
)
def test_what_is_no_instant_is_said_to_be_none(stamp: object) -> None:
    with pytest.raises(Unreadable, match="timestamp"):
        moment(stamp)


SNAKE = {
    "query_id": "q1", "user_query": "laptop", "client_id": "c1", "timestamp": "2026-11-01T09:05:10Z",
    "application": "shop", "object_id_field": "sku", "query_attributes": {"userQuery": "kept as it is"},
    "query_response_id": "r1", "query_response_hit_ids": ["a", "b", "a", 3, None, ""],
}  # fmt: skip
CAMEL = {
    "queryId": "q1", "userQuery": "laptop", "clientId": "c1", "userId": "", "timestamp": 1793523910000,
    "application": "shop", "objectIdField": "sku", "queryAttributes": {},
    "queryResponse": {"queryId": "q1", "queryResponseId": "r1", "queryResponseHitIds": ["a", "b", "a", 3, None, ""]},
}  # fmt: skip


def test_a_query_is_one_in_either_spelling() -> None:
    assert asked(SNAKE) == asked(CAMEL)
    found = asked(CAMEL)
    assert (found.query, found.query_id, found.hits, found.named, found.person, found.at) == (
        "laptop", "q1", ("a", "b", "3"), True, "c1", AT,
    )  # fmt: skip


def test_older_texts_name_the_hits_otherwise() -> None:
    assert asked({"user_query": "x", "query_response_object_ids": ["a"]}).hits == ("a",)


EVENT = {
    "action_name": "click", "query_id": "q1", "client_id": "c1", "user_id": "", "timestamp": 1793523910000,
    "event_attributes": {"object": {"object_id": 7, "object_id_field": "sku"}, "position": {"ordinal": 3}},
}  # fmt: skip


def test_an_event_is_one_in_either_spelling() -> None:
    camel = {
        "actionName": "click", "queryId": "q1", "clientId": "c1", "userId": "", "timestamp": 1793523910000,
        "eventAttributes": {"object": {"objectId": 7, "objectIdField": "sku"}, "position": {"ordinal": 3}},
    }  # fmt: skip
    one, two = acted(EVENT), acted(camel)
    for name in ("action", "at", "query_id", "person", "document", "rank", "named", "stamp"):
        assert getattr(one, name) == getattr(two, name)
    assert (one.document, one.rank, one.person) == ("7", 3, "c1")


@pytest.mark.parametrize(
    ("position", "rank"),
    [({"xy": {"x": 1, "y": 2}}, None), ({"ordinal": 0}, None), ({"ordinal": True}, None), (None, None), (2, 2),
     ("third", None), ({"ordinal": 2, "xy": {"x": 1.0, "y": 0.5}}, 2), ({"ordinal": "2"}, None)],
)  # fmt: skip
def test_a_position_is_an_ordinal_or_says_no_rank(position: object, rank: int | None) -> None:
    assert acted({**EVENT, "event_attributes": {"position": position}}).rank == rank


@pytest.mark.parametrize("item", [None, [], "x", 7, {}, {"user_query": ""}, {"user_query": 7}, {"userQuery": None}])
def test_what_is_no_query_is_said_to_be_none(item: object) -> None:
    with pytest.raises(Unreadable):
        asked(item)


@pytest.mark.parametrize(
    "item",
    [None, {}, {"action_name": "click"}, {**EVENT, "timestamp": ""}, {**EVENT, "client_id": 7},
     {**EVENT, "event_attributes": "x"}, {**EVENT, "action_name": ["click"]}],
)  # fmt: skip
def test_what_is_no_event_is_said_to_be_none(item: object) -> None:
    with pytest.raises(Unreadable):
        acted(item)


def test_nobody_is_known_by_their_search() -> None:
    assert asked({"user_query": "x", "query_id": "q1", "client_id": "", "user_id": ""}).person == "anonymous:q1"
    assert asked({"user_query": "x"}).person == ""
    assert acted({**EVENT, "user_id": "ana"}).person == "ana"
