"""People who are forgotten for good: refused and counted at every way in, and nobody notes that they search."""

from collections.abc import Iterator

import orjson
import pytest

from gateway.forgotten import REFUSAL, screened
from operations import events
from operations.events import Read
from operations.json_objects import Found
from schemas.topics import CLICKS, DOCUMENTS
from tests.console.running import records, sent
from tests.gateway.ubi.test_routes import PLUGIN
from tests.gateway.world import NOW, World, opened


def read(content: dict[str, object]) -> Read:
    item = events.judged(Found(1, orjson.dumps(content), content), NOW)
    assert isinstance(item, Read)
    return item


def document(tenant: str, author: str, event_id: str = "d1") -> dict[str, object]:
    return {"type": "DocumentUpserted", "event_id": event_id, "tenant": tenant, "occurred_at": NOW.isoformat(),
            "updated_at": NOW.isoformat(), "document": "d", "version": 1, "app": "wiki", "author": author}  # fmt: skip


def only_ana(tenant: str, user: str | None) -> bool:
    return (tenant, user) == ("acme", "ana")


def test_a_person_s_events_go_and_documents_lose_their_author() -> None:
    assert screened(read(opened("acme")), only_ana) is None
    other = read(opened("acme", user="ben"))
    assert screened(other, only_ana) is other
    theirs = screened(read(document("acme", "ana")), only_ana)
    assert theirs is not None
    assert b"ana" not in theirs.text
    assert (getattr(theirs.event, "author", ""), theirs.cuts) == (None, {"author": 1})
    kept = read(document("acme", "ben"))
    assert screened(kept, only_ana) is kept


@pytest.fixture
def forgotten(world: World, tenant: str) -> Iterator[World]:
    """The gateway, of a tenant in which ana is forgotten."""
    world.gateway.suppression.add(tenant, "ANA")
    world.gateway.suppression._known = None
    yield world
    world.gateway.suppression.lift(tenant, "ana")
    world.gateway.suppression._known = None


def counted(world: World) -> int:
    return int(world.gateway.metrics.text(0).split("\ntidewheel_gateway_forgotten_total ")[1].split("\n")[0])


def test_every_way_in_refuses_and_counts(forgotten: World, tenant: str) -> None:
    key = forgotten.key(tenant)
    forgotten.gateway.metrics.count("forgotten")
    before = counted(forgotten)
    answer = forgotten.post("/v1/events", [opened(tenant), opened(tenant, "c2", user="ben")], key)
    assert (answer.status, [item["status"] for item in answer.json()["items"]]) == (202, ["refused", "accepted"])
    assert answer.json()["items"][0]["reason"] == REFUSAL
    answer = forgotten.post("/ubi_queries", [{**PLUGIN, "clientId": "Ana"}], key)
    assert (answer.json()["accepted"], answer.json()["refused"][0]["reason"]) == (0, REFUSAL)
    assert counted(forgotten) == before + 2
    assert [event.event_id for event in sent(forgotten.where, tenant, CLICKS)] == ["c2"]


def test_a_document_comes_without_its_author_and_the_answer_says_so(forgotten: World, tenant: str) -> None:
    answer = forgotten.post("/v1/events", document(tenant, "ana"), forgotten.key(tenant))
    assert answer.json()["items"][0]["cut"] == ["author"]
    (found,) = records(forgotten.where, DOCUMENTS, f'"{tenant}"'.encode())
    assert b"author" not in (found.value or b"")


def test_who_is_forgotten_searches_unnoticed_and_an_old_token_clicks_no_more(world: World, tenant: str) -> None:
    key, headers = world.key(tenant), {"x_person_token": world.person(tenant, "ana", "staff")}
    before = world.post("/v1/search", {"query": "leave"}, key, **headers).json()["token"]
    world.gateway.suppression.add(tenant, "ana")
    world.gateway.suppression._known = None
    try:
        answer = world.post("/v1/search", {"query": "leave"}, key, **headers)
        assert (answer.status, answer.json()["token"], len(answer.json()["results"])) == (200, None, 2)
        assert (world.asked[-1].user, world.asked[-1].groups) == (None, ("staff",))
        assert world.post("/v1/clicks", {"token": before, "document": "hr/leave"}).status == 403
    finally:
        world.gateway.suppression.lift(tenant, "ana")
        world.gateway.suppression._known = None
    assert world.post("/v1/clicks", {"token": before, "document": "hr/leave"}).status == 202
