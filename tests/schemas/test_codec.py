"""Bytes become events, or a reason that a person understands; never an exception."""

import json
import resource
import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.activity import DocumentOpened
from schemas.codec import MAX_CLOCK_SKEW, Accepted, Rejection, accept, decode, encode
from schemas.documents import DocumentUpserted
from schemas.envelope import Event
from schemas.topics import CLICKS, DOCUMENTS, MAX_EVENT_BYTES, REACTIONS, SEARCHES, TOPICS, Topic, key_of
from tests.schemas.samples import NOW, opened


def _with(**fields: object) -> bytes:
    plain = json.loads(encode(opened()))
    return json.dumps({k: v for k, v in {**plain, **fields}.items() if v is not ...}).encode()


@pytest.mark.parametrize(
    ("value", "code", "said"),
    [
        (_with(colour="red"), "invalid", "colour: Extra inputs are not permitted"),
        (_with(user=...), "invalid", "user: Field required"),
        (_with(dwell_seconds="long"), "invalid", "dwell_seconds: Input should be a valid number"),
        (_with(dwell_seconds="31.5"), "invalid", "dwell_seconds"),
        (_with(from_search={"search": "s", "query": "q", "rank": 0}), "invalid", "from_search.rank"),
        (_with(schema_version=2), "invalid", "schema_version"),
        (_with(occurred_at="2026-06-01T11:00:00"), "invalid", "timezone"),
        (_with(tenant="globex"), "wrong_tenant", "'globex', but the record's key is of 'acme'"),
        (b"{not json", "not_json", "line 1 column 2"),
        (b"", "not_json", "EOF"),
        (b"\xff\xfe", "not_json", ""),
        (b"null", "invalid", "value: Input should be an object"),
        (None, "empty", "no value"),
        (b" " * (MAX_EVENT_BYTES + 1), "too_large", "8,388,609 bytes"),
        (_with(occurred_at=(NOW + MAX_CLOCK_SKEW + timedelta(seconds=1)).isoformat()), "future", "sender's clock"),
        (_with(occurred_at="1970-01-01T00:00:00Z"), "past", "before 2000"),
    ],
)
def test_poison_has_a_reason(value: bytes | None, code: str, said: str) -> None:
    rejected = decode(CLICKS, key_of(opened()), value, NOW)
    assert isinstance(rejected, Rejection)
    assert rejected.code == code
    assert said in rejected.reason


def test_a_clock_a_little_ahead_is_no_poison() -> None:
    event = opened(occurred_at=NOW + MAX_CLOCK_SKEW)
    assert decode(CLICKS, key_of(event), encode(event), NOW) == event


def test_only_known_tenants_may_send_where_tenants_are_named() -> None:
    event = opened()
    assert decode(CLICKS, key_of(event), encode(event), NOW, {"acme"}) == event
    rejected = decode(CLICKS, key_of(event), encode(event), NOW, {"globex"})
    assert isinstance(rejected, Rejection)
    assert rejected.code == "unknown_tenant"


def test_a_record_without_a_key_is_taken_at_its_word() -> None:
    assert isinstance(decode(CLICKS, None, encode(opened()), NOW), DocumentOpened)


def test_many_problems_are_told_in_short() -> None:
    rejected = decode(DOCUMENTS, None, b'{"type":"DocumentUpserted"}', NOW)
    assert isinstance(rejected, Rejection)
    assert rejected.reason.count("Field required") == 5
    assert rejected.reason.endswith("and 2 more")


def test_an_unknown_type_is_named() -> None:
    rejected = decode(DOCUMENTS, None, b'{"type":"Renamed"}', NOW)
    assert isinstance(rejected, Rejection)
    assert "Renamed" in rejected.reason


def test_what_is_too_long_is_cut_and_told_and_the_rest_holds() -> None:
    long = {"target": "x" * 257, "anchor": "spec"}
    narrowed = {
        "type": "DocumentUpserted", "event_id": "d", "tenant": "acme", "occurred_at": "2026-06-01T11:00:00Z",
        "document": "d", "version": 2, "app": "wiki", "title": "t" * 2_001, "body": "b" * 100_000, "acl": ["board"],
        "updated_at": "2026-06-01T11:00:00Z", "links": [long, {"target": "e"}],
    }  # fmt: skip
    for body in ("b", narrowed["body"]):
        found = accept(DOCUMENTS, None, json.dumps({**narrowed, "body": body}).encode(), NOW)
        assert isinstance(found, Accepted)
        assert isinstance(found.event, DocumentUpserted)
        assert (found.event.acl, found.event.body, found.event.title) == (("board",), body, "t" * 2_000)
        assert [link.target for link in found.event.links] == ["e"]
        assert found.cuts == {"links.target": 1, "title": 1}


@pytest.mark.parametrize(
    "acl", [["g"] * 10_001, [f"group-{n:06d}" for n in range(10_001)], ["g", "x" * 257], ["g", ""]]
)
def test_an_access_list_is_never_cut(acl: list[str]) -> None:
    event = {
        "type": "DocumentUpserted", "event_id": "d", "tenant": "acme", "occurred_at": "2026-06-01T11:00:00Z",
        "document": "d", "version": 2, "app": "wiki", "title": "t" * 2_001, "updated_at": "2026-06-01T11:00:00Z",
    }  # fmt: skip
    assert isinstance(decode(DOCUMENTS, None, json.dumps(event).encode(), NOW), Event)
    refused = decode(DOCUMENTS, None, json.dumps({**event, "acl": acl}).encode(), NOW)
    assert isinstance(refused, Rejection)
    assert refused.code == "invalid"


def test_of_what_is_cut_and_wrong_besides_only_the_fault_is_told() -> None:
    rejected = decode(CLICKS, None, _with(dwell_seconds=-1, user=7), NOW)
    assert isinstance(rejected, Rejection)
    assert "user" in rejected.reason
    assert "dwell" not in rejected.reason
    doubled = _with(dwell_seconds=-1).replace(b'"user":', b'"user":"dana","user":')
    assert "stands twice" in getattr(decode(CLICKS, None, doubled, NOW), "reason", "")


def test_an_opened_citation_must_have_been_cited() -> None:
    value = json.dumps(
        {"event_id": "c", "tenant": "acme", "occurred_at": "2026-06-01T11:00:00Z", "user": "u", "answer": "a",
         "question": "q", "cited": ["d1"], "document": "d2"}
    ).encode()  # fmt: skip
    rejected = decode(TOPICS["citation.clicks"], None, value, NOW)
    assert isinstance(rejected, Rejection)
    assert "must be one of cited" in rejected.reason


@given(st.sampled_from(sorted(TOPICS)), st.none() | st.binary(), st.none() | st.binary())
def test_no_bytes_whatever_raise(topic: str, key: bytes | None, value: bytes | None) -> None:
    assert isinstance(decode(TOPICS[topic], key, value, NOW), Event | Rejection)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(["user", "document", "occurred_at", "from_search", "tenant", "schema_version", "type"]), JSON)
def test_no_value_of_a_field_raises(field: str, value: object) -> None:
    assert isinstance(decode(CLICKS, b"acme\x1frobin", _with(**{field: value}), NOW), Event | Rejection)


@given(st.text())
def test_reactions_of_any_text(reaction: str) -> None:
    value = json.dumps(
        {"event_id": "r", "tenant": "acme", "occurred_at": "2026-06-01T11:00:00Z", "type": "Reacted", "user": "u",
         "target": {"kind": "message", "document": "m"}, "reaction": reaction}
    ).encode()  # fmt: skip
    decoded = decode(REACTIONS, None, value, NOW)
    assert isinstance(decoded, Event if reaction else Rejection) or "\ud800" <= max(reaction) <= "\udfff"


@pytest.mark.parametrize("topic", [SEARCHES, DOCUMENTS])
@pytest.mark.parametrize(
    "value",
    [
        b'{"results":[' + b",".join([b"{}"] * 2_000_000) + b"]}",
        b'{"links":[{' + b",".join(b'"a%d":1' % n for n in range(500_000)) + b"}]}",
        b"[" * 100_000 + b"]" * 100_000,
    ],
)
def test_a_crowd_of_faults_costs_neither_time_nor_memory(topic: Topic, value: bytes) -> None:
    peak, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    answer = decode(topic, None, value, NOW)
    took, grown = time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
    assert isinstance(answer, Rejection)
    assert len(answer.reason) < 500
    assert took < 5, "a worker that is silent for its session's time is expelled"
    assert grown < 1 << 20, "KiB"


@pytest.mark.parametrize("topic", [DOCUMENTS, REACTIONS, CLICKS, SEARCHES], ids=lambda topic: topic.name)
@pytest.mark.parametrize("depth", [200, 300, 900])
def test_values_deep_within_others_are_a_reason_and_no_error(topic: Topic, depth: int) -> None:
    long = "x" * 100_000
    for fields in (f'"title": "{long}", "query": "{long}", "text": "{long}"', '"a": 1'):
        value = "{" + fields + ', "anchor": ' + "[" * depth + "]" * depth + "}"
        assert isinstance(accept(topic, None, value.encode(), NOW), Rejection)
