"""Items are events whose ids and versions come from the source alone, and which the checks accept."""

from dataclasses import replace
from datetime import UTC, datetime

import orjson

from connectors.events import digest, happened, numbered, removed, upserted, version
from connectors.items import Document, Happened, Removed
from connectors.sent_file import Known
from operations.events import Read, judged
from operations.json_objects import Found

NOW = datetime(2026, 11, 27, tzinfo=UTC)
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
LEAVE = Document("wiki/1", AT, "Leave", "Sixteen weeks", ("staff",), links=(("wiki/2", "pay"),), author="ana")


def test_all_kinds_pass_the_checks_of_emit() -> None:
    made = [numbered(upserted(LEAVE, "acme", "wiki"), 1, None), numbered(removed(Removed("a", AT), "acme"), 1, None),
            numbered(removed(Removed("a", AT, "b"), "acme"), 1, None)]  # fmt: skip
    plain = [found[0] for found in made if found]
    plain.append(happened(Happened("DocumentOpened", ("x",), AT, {"user": "ana", "document": "wiki/1"}), "acme"))
    assert len(plain) == 4
    for each in plain:
        assert isinstance(judged(Found(0, orjson.dumps(each), each), NOW), Read)


def test_the_same_item_is_the_same_event_on_every_machine() -> None:
    first, again = (numbered(upserted(LEAVE, "acme", "wiki"), version(LEAVE), None) for _ in range(2))
    assert first is not None
    assert first == again
    assert first[0]["version"] == 1793610000000


def test_what_was_sent_is_not_sent_again_and_what_differs_gets_a_higher_version() -> None:
    found = numbered(upserted(LEAVE, "acme", "wiki"), version(LEAVE), None)
    assert found is not None
    event, known = found
    assert numbered(upserted(LEAVE, "acme", "wiki"), version(LEAVE), known) is None
    wider = numbered(upserted(replace(LEAVE, acl=("staff", "hr")), "acme", "wiki"), version(LEAVE), known)
    assert wider is not None
    assert wider[0]["version"] == event["version"] + 1
    assert wider[0]["event_id"] != event["event_id"]


def test_a_document_that_comes_back_as_it_was_is_sent() -> None:
    plain = upserted(LEAVE, "acme", "wiki")
    back = numbered(plain, 5, Known(9, digest(plain), gone=True))
    assert back is not None
    assert back[0]["version"] == 10


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
