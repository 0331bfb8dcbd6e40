"""`POST /v1/search`, `POST /v1/clicks`: rights come from a person token alone, and a click is what its token says."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import ValidationError

from gateway.answers import Answered
from gateway.config import GatewayConfig, PageRules
from gateway.search_routes import of_a_page, opened
from gateway.search_tokens import Shown
from schemas.activity import DocumentOpened
from schemas.topics import CLICKS
from tests.console.running import records, sent
from tests.gateway.world import NOW, World, away, showing


def test_rights_and_name_come_from_the_person_token(world: World, tenant: str) -> None:
    headers = {"x_person_token": world.person(tenant, "ana", "staff", "Köln")}
    answer = world.post("/v1/search", {"query": "leave", "k": 3}, world.key(tenant), **headers)
    assert answer.status == 200
    (asked,) = world.asked
    assert (asked.tenant, asked.user, asked.groups, asked.query, asked.k) == (
        tenant,
        "ana",
        ("staff", "Köln"),
        "leave",
        3,
    )
    assert [found["document"] for found in answer.json()["results"]] == ["hr/leave", "hr/benefits"]


def test_without_a_token_nobody_is_in_any_group(world: World, tenant: str) -> None:
    answer = world.post("/v1/search", {"query": "leave", "user": "ana"}, world.key(tenant))
    assert answer.status == 200
    assert (world.asked[0].groups, world.asked[0].user) == ((), "ana")


@pytest.mark.parametrize("extra", [{"groups": ["board"]}, {"tenant": "other"}, {"acl": ["board"]}])
def test_rights_in_the_body_are_refused(world: World, tenant: str, extra: dict[str, object]) -> None:
    answer = world.post("/v1/search", {"query": "leave", **extra}, world.key(tenant))
    assert answer.status == 422
    assert not world.asked


def test_a_token_of_somebody_else_searches_for_nobody_but_them(world: World, tenant: str) -> None:
    headers = {"x_person_token": world.person(tenant, "ana")}
    answer = world.post("/v1/search", {"query": "leave", "user": "ben"}, world.key(tenant), **headers)
    assert (answer.status, world.asked) == (403, [])


def test_a_click_is_the_event_that_its_search_says(world: World, tenant: str) -> None:
    key = world.key(tenant)
    token = world.post("/v1/search", {"query": "leave", "user": "ana"}, key).json()["token"]
    answer = world.post("/v1/clicks", {"token": token, "document": "hr/benefits", "dwell_seconds": 4.5}, key)
    assert answer.status == 202
    (event,) = sent(world.where, tenant, CLICKS)
    assert isinstance(event, DocumentOpened)
    assert event.from_search is not None
    assert (event.event_id, event.user, event.document) == (answer.json()["event_id"], "ana", "hr/benefits")
    assert (event.from_search.search, event.from_search.query, event.from_search.rank) == ("s-1", "leave", 2)
    assert (event.occurred_at, event.dwell_seconds) == (NOW, 4.5)


def test_a_click_that_is_told_twice_is_the_same_event(world: World, tenant: str) -> None:
    key = world.key(tenant)
    token = world.post("/v1/search", {"query": "leave", "user": "ana"}, key).json()["token"]
    world.post("/v1/clicks", {"token": token, "document": "hr/leave"}, key)
    world.now += timedelta(minutes=7)
    try:
        world.post("/v1/clicks", {"token": token, "document": "hr/leave", "dwell_seconds": 9.0}, key)
    finally:
        world.now = NOW
    one, two = records(world.where, CLICKS, f'"{tenant}"'.encode(), 2)
    assert one.value == two.value


def test_the_token_is_key_enough_for_a_click(world: World, tenant: str) -> None:
    token = world.post("/v1/search", {"query": "leave", "user": "ana"}, world.key(tenant)).json()["token"]
    assert world.post("/v1/clicks", {"token": token, "document": "hr/leave"}).status == 202
    assert len(sent(world.where, tenant, CLICKS)) == 1


def test_a_click_on_what_was_not_shown_is_refused(world: World, tenant: str) -> None:
    key = world.key(tenant)
    token = world.post("/v1/search", {"query": "leave", "user": "ana"}, key).json()["token"]
    assert world.post("/v1/clicks", {"token": token, "document": "board/secret"}, key).status == 403


def test_who_is_nobody_gets_no_token(world: World, tenant: str) -> None:
    answer = world.post("/v1/search", {"query": "leave"}, world.key(tenant))
    assert (answer.status, answer.json()["token"]) == (200, None)


def test_a_search_that_is_away_is_asked_again_later(world: World, tenant: str) -> None:
    world.found = away
    answer = world.post("/v1/search", {"query": "leave"}, world.key(tenant))
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("body", [{}, {"query": ""}, {"query": "x", "k": 0}, {"query": "x", "k": 101}, [], "x"])
def test_a_wrong_search_is_a_problem_that_says_where(world: World, tenant: str, body: object) -> None:
    answer = world.post("/v1/search", body, world.key(tenant))
    assert answer.status == 422
    assert answer.json()["detail"]


def test_the_largest_answer_s_token_is_taken_back(world: World, tenant: str) -> None:
    documents = [f"{number:03}-" + "ß" * 252 for number in range(100)]
    world.found = showing(*documents)
    key = world.key(tenant)
    token = world.post("/v1/search", {"query": "q" * 2_000, "user": "ana", "k": 100}, key).json()["token"]
    assert world.post("/v1/clicks", {"token": token, "document": documents[-1]}, key).status == 202


def test_the_rank_is_the_document_s_place() -> None:
    shown = Shown("acme", "ana", "s", "q", ("a", "b", "c"), NOW)
    event = opened(shown, "c", "e1", NOW, None)
    assert event.from_search is not None
    assert (event.from_search.rank, event.document, event.tenant) == (3, "c", "acme")


PAGE = "https://intranet.example"


@pytest.fixture
def pages(world: World) -> Iterator[World]:
    """The gateway, to which the pages of one origin may send clicks."""
    before = world.gateway.config
    object.__setattr__(world.gateway, "config", before.model_copy(update={"pages": PageRules(origins=(PAGE,))}))
    yield world
    object.__setattr__(world.gateway, "config", before)


def test_a_page_of_a_known_origin_sends_a_click_as_text(pages: World, tenant: str) -> None:
    token = pages.post("/v1/search", {"query": "leave", "user": "ana"}, pages.key(tenant)).json()["token"]
    click = {"token": token, "document": "hr/leave"}
    plain = "text/plain;charset=UTF-8"
    assert pages.post("/v1/clicks", click, origin=PAGE, content_type=plain).status == 202
    assert len(sent(pages.where, tenant, CLICKS)) == 1


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "", "http://intranet.example", "https://intranet.example:8443", PAGE.upper(),
     "https://intranet.example.evil.example", f"https://evil.example/{PAGE}", f"{PAGE}/", f"{PAGE} {PAGE}"],
)  # fmt: skip
def test_a_page_of_any_other_origin_sends_none_with_a_key_or_without(pages: World, tenant: str, origin: str) -> None:
    key = pages.key(tenant)
    token = pages.post("/v1/search", {"query": "leave", "user": "ana"}, key).json()["token"]
    click = {"token": token, "document": "hr/leave"}
    assert pages.post("/v1/clicks", click, origin=origin).status == 403
    assert pages.post("/v1/clicks", click, key, origin=origin).status == 403
    assert "access-control-allow-origin" not in pages.post("/v1/clicks", click, origin=origin).headers


def test_without_the_setting_no_page_may_send_and_a_program_may() -> None:
    of_a_page(PageRules(), None)
    with pytest.raises(Answered, match=r"gateway\.pages\.origins"):
        of_a_page(PageRules(), PAGE)


@pytest.mark.parametrize(
    "origin", ["*", "null", "intranet.example", f"{PAGE}/", f"{PAGE}/path", "https://*.example", ""]
)
def test_an_origin_that_no_browser_writes_is_no_setting(origin: str) -> None:
    with pytest.raises(ValidationError):
        GatewayConfig.model_validate({"pages": {"origins": [origin]}})


def test_a_form_on_a_page_is_a_page_too(pages: World, tenant: str) -> None:
    body = b'{"token": "x", "document": "y", "a": "="}'
    assert pages.post("/v1/clicks", body, origin="https://evil.example", content_type="text/plain").status == 403
    assert pages.request("OPTIONS", "/v1/clicks", None, None, origin=PAGE).status == 405
