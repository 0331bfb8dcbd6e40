"""Items are events whose ids and versions come from the source alone, and which the checks accept."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from connectors.events import digest, happened, is_older, numbered, removed, upserted, version
from connectors.items import Document, Happened, Removed
from connectors.sent_file import NEVER, Known
from operations.events import Read, judged
from operations.json_objects import Found
from schemas.documents import MAX_VERSION

NOW = datetime(2026, 11, 27, tzinfo=UTC)
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
LEAVE = Document("wiki/1", AT, "Leave", "Sixteen weeks", ("staff",), links=(("wiki/2", "pay"),), author="ana")


def sent(item: Document | Removed, known: Known = NEVER) -> tuple[dict[str, Any], Known]:
    plain = upserted(item, "acme", "wiki") if isinstance(item, Document) else removed(item, "acme")
    return numbered(plain, item, known)


def test_all_kinds_pass_the_checks_of_emit() -> None:
    made = [sent(LEAVE), sent(Removed("a", AT)), sent(Removed("a", AT, "b"))]
    plain = [event for event, _ in made]
    plain.append(happened(Happened("DocumentOpened", ("x",), AT, {"user": "ana", "document": "wiki/1"}), "acme"))
    assert len(plain) == 4
    for each in plain:
        assert isinstance(judged(Found(0, orjson.dumps(each), each), NOW), Read)


def test_the_same_item_is_the_same_event_on_every_machine() -> None:
    first, again = sent(LEAVE), sent(LEAVE)
    assert first == again
    assert first[0]["version"] == 1793610000000


def test_what_was_sent_is_not_sent_again_and_what_differs_gets_a_higher_version() -> None:
    event, known = sent(LEAVE)
    assert sent(LEAVE, known) == ({}, known)
    wider, _ = sent(replace(LEAVE, acl=("staff", "hr")), known)
    assert wider["version"] == event["version"] + 1
    assert wider["event_id"] != event["event_id"]


def test_a_document_that_comes_back_as_it_was_is_sent() -> None:
    earlier = replace(LEAVE, version=5)
    back, _ = sent(earlier, Known(9, digest(upserted(earlier, "acme", "wiki")), gone=True))
    assert back["version"] == 10


def test_what_is_remembered_is_the_place_in_the_order_of_the_source_beside_the_version() -> None:
    _, first = sent(replace(LEAVE, version=5, ordered=True))
    _, second = sent(replace(LEAVE, title="Leave again", version=5, ordered=True), first)
    assert [(known.version, known.place) for known in (first, second)] == [(5, 5), (6, 5)]
    _, gone = sent(Removed("wiki/1", AT), second)
    assert (gone.gone, gone.place) == (True, 5)


def test_a_later_place_of_what_was_sent_before_is_remembered_and_so_is_that_it_is_closed() -> None:
    _, known = sent(replace(LEAVE, version=5, ordered=True))
    assert sent(replace(LEAVE, version=7, ordered=True), known) == ({}, replace(known, place=7))
    assert sent(replace(LEAVE, version=3, ordered=True, closed=True), known) == ({}, replace(known, closed=True))


@pytest.mark.parametrize("item", [replace(LEAVE, version=4), Removed("wiki/1", AT, version=4)], ids=["page", "removal"])
def test_what_is_older_than_what_was_sent_is_so_only_where_the_source_has_an_order(item: Document | Removed) -> None:
    known = Known(9, "x", place=5)
    assert not is_older(item, known)
    ordered = replace(item, ordered=True)
    assert is_older(ordered, known)
    assert not is_older(replace(ordered, version=5), known)
    assert not is_older(ordered, replace(known, place=0))


def test_what_closes_is_no_older_as_long_as_what_was_sent_is_open() -> None:
    known, closing = Known(9, "x", place=5), replace(LEAVE, version=4, ordered=True, closed=True)
    assert not is_older(closing, known)
    assert is_older(closing, replace(known, closed=True))
    assert is_older(closing, replace(known, gone=True))


def test_nothing_is_newer_than_what_is_final_and_it_is_never_older() -> None:
    final = Removed("wiki/1", AT, ordered=True, final=True)
    assert not is_older(final, Known(9, "x", place=version(LEAVE) + 1))
    event, known = sent(final)
    assert event["version"] == version(LEAVE)
    assert is_older(replace(LEAVE, version=MAX_VERSION - 1, ordered=True), known)


def test_when_a_deletion_was_noticed_says_nothing_new() -> None:
    later = Removed("a", AT.replace(day=20))
    assert digest(removed(Removed("a", AT), "acme")) == digest(removed(later, "acme"))
    assert digest(removed(later, "acme")) != digest(removed(Removed("a", AT, "b"), "acme"))


def test_a_name_that_is_too_long_for_an_author_loses_no_document() -> None:
    assert upserted(replace(LEAVE, author="Ana\n" + "x" * 300), "acme", "wiki")["author"] == "Ana " + "x" * 252
    assert "author" not in upserted(replace(LEAVE, author=" "), "acme", "wiki")


def test_a_page_of_the_last_century_is_dated_as_early_as_events_may_be() -> None:
    old = upserted(replace(LEAVE, changed=datetime(1994, 5, 1, tzinfo=UTC)), "acme", "wiki")
    assert old["occurred_at"] == old["updated_at"] == "2000-01-01T00:00:00+00:00"


def test_a_happening_has_its_own_id_or_one_that_follows_from_what_it_is() -> None:
    one = Happened("DocumentOpened", ("s", "ana"), AT)
    assert happened(one, "acme")["event_id"] == happened(one, "acme")["event_id"]
    assert happened(one, "acme")["event_id"] != happened(one, "other")["event_id"]
    assert happened(replace(one, event_id="e7"), "acme")["event_id"] == "e7"
