"""`POST /v1/events`: what is accepted is in the broker when the answer comes, and every item has a verdict."""

import gzip

import orjson
import pytest

from schemas.activity import DocumentOpened
from schemas.topics import CLICKS
from tests.console.running import records, sent
from tests.gateway.world import World, opened


def test_an_event_is_in_the_broker_when_the_answer_comes(world: World, tenant: str) -> None:
    answer = world.post("/v1/events", opened(tenant), world.key(tenant))
    assert answer.status == 202
    assert answer.json() == {
        "accepted": 1,
        "refused": 0,
        "items": [{"index": 0, "line": 1, "status": "accepted", "event_id": "c1"}],
    }
    (event,) = sent(world.where, tenant, CLICKS)
    assert isinstance(event, DocumentOpened)
    assert (event.event_id, event.user, event.document) == ("c1", "ana", "hr/leave")


@pytest.mark.parametrize("form", ["array", "lines", "pretty"])
@pytest.mark.parametrize("packed", [False, True])
def test_every_item_has_a_verdict_in_order(world: World, tenant: str, form: str, packed: bool) -> None:
    items = [opened(tenant, "a"), {**opened(tenant, "b"), "user": 7}, opened(tenant, "c")]
    if form == "lines":
        body = b"\n".join(map(orjson.dumps, items))
    else:
        body = orjson.dumps(items, option=orjson.OPT_INDENT_2 if form == "pretty" else 0)
    headers = {"content_encoding": "gzip"} if packed else {}
    answer = world.post("/v1/events", gzip.compress(body) if packed else body, world.key(tenant), **headers)
    assert answer.status == 202
    found = answer.json()
    assert (found["accepted"], found["refused"]) == (2, 1)
    assert [(item["index"], item["status"]) for item in found["items"]] == [
        (0, "accepted"),
        (1, "refused"),
        (2, "accepted"),
    ]
    assert "user" in found["items"][1]["reason"]
    assert {event.event_id for event in sent(world.where, tenant, CLICKS, 2)} == {"a", "c"}


def test_a_decision_is_refused_in_words(world: World, tenant: str) -> None:
    answer = world.post("/v1/events", {"type": "CutoverApproved", "tenant": tenant}, world.key(tenant))
    assert answer.status == 422
    assert "is a decision" in answer.json()["items"][0]["reason"]


def test_another_tenant_s_event_is_refused(world: World, tenant: str) -> None:
    answer = world.post("/v1/events", [opened("other"), opened(tenant)], world.key(tenant))
    items = answer.json()["items"]
    assert [item["status"] for item in items] == ["refused", "accepted"]
    assert items[0]["reason"] == f"tenant: 'other', but the key is of '{tenant}'"
    assert len(records(world.where, CLICKS, f'"{tenant}"'.encode())) == 1


def test_what_is_too_long_is_sent_whole_and_the_answer_says_what_will_be_cut(world: World, tenant: str) -> None:
    event = opened(tenant, dwell_seconds=200_000.0)
    answer = world.post("/v1/events", event, world.key(tenant))
    assert answer.json()["items"][0]["cut"] == ["dwell_seconds"]
    (record,) = records(world.where, CLICKS, f'"{tenant}"'.encode())
    assert b"200000" in (record.value or b"")


@pytest.mark.parametrize(("body", "status"), [(b"", 400), (b"[]", 400), (b"nonsense", 422), (b'{"a":', 422)])
def test_a_body_without_an_event_is_no_success(world: World, tenant: str, body: bytes, status: int) -> None:
    assert world.post("/v1/events", body, world.key(tenant)).status == status


def test_a_large_body_is_taken_too(world: World, tenant: str) -> None:
    body = b"\n".join(orjson.dumps(opened(tenant, f"e{number}")) for number in range(1_000))
    answer = world.post("/v1/events", body, world.key(tenant))
    assert answer.json()["accepted"] == 1_000
    assert len(sent(world.where, tenant, CLICKS, 1_000)) == 1_000


def test_more_items_than_a_body_may_have_are_refused_whole(world: World, tenant: str) -> None:
    most = world.gateway.config.body.items
    body = b"\n".join([b"{}"] * (most + 1))
    assert world.post("/v1/events", body, world.key(tenant)).status == 413


def test_the_answer_is_no_page_and_is_kept_by_nobody(world: World, tenant: str) -> None:
    event = {"type": "<script>alert(1)</script>", "tenant": tenant}
    answer = world.post("/v1/events", event, world.key(tenant))
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
