"""UBI over HTTP, as its senders post it: 200, and the events are in the broker."""

from schemas.activity import DocumentOpened, ResultsShown, SearchServed
from schemas.topics import CLICKS, IMPRESSIONS, SEARCHES
from stores.access_lists import AccessList
from tests.console.running import sent
from tests.gateway.world import World

PLUGIN = {
    "queryId": "q-1", "userQuery": "parental leave", "clientId": "client-1", "timestamp": 1793523910000,
    "application": "intranet", "queryAttributes": {}, "objectIdField": "id",
    "queryResponse": {"queryId": "q-1", "queryResponseId": "r-1", "queryResponseHitIds": ["hr/leave", "hr/benefits"]},
}  # fmt: skip
CLICK = {
    "action_name": "click", "query_id": "q-1", "client_id": "client-1", "timestamp": "2026-11-01T09:06:00+0000",
    "event_attributes": {"object": {"object_id": "hr/benefits", "object_id_field": "id"}},
}  # fmt: skip


def test_what_the_opensearch_plugin_and_ubi_js_post_becomes_a_search_and_its_click(world: World, tenant: str) -> None:
    key = world.key(tenant, "events")
    answer = world.post("/ubi_queries", [PLUGIN], key)
    assert (answer.status, answer.json()["accepted"]) == (200, 1)
    (search,) = sent(world.where, tenant, SEARCHES)
    assert isinstance(search, SearchServed)
    assert (search.user, search.query, search.model) == ("client-1", "parental leave", None)
    assert [result.rank for result in search.results] == [1, 2]
    answer = world.post("/ubi_events", [CLICK, {**CLICK, "action_name": "impression"}], key)
    assert (answer.status, answer.json()) == (200, {"accepted": 2, "refused": [], "ignored": {}})
    (click,) = sent(world.where, tenant, CLICKS)
    assert isinstance(click, DocumentOpened)
    assert click.from_search is not None
    assert (click.from_search.search, click.from_search.query, click.from_search.rank) == ("q-1", "parental leave", 2)
    (shown,) = sent(world.where, tenant, IMPRESSIONS)
    assert isinstance(shown, ResultsShown)


def test_a_key_in_the_address_is_good_for_events_alone(world: World, tenant: str) -> None:
    assert world.post(f"/ubi_queries?key={world.key(tenant, 'events')}", [PLUGIN]).status == 200
    assert world.post(f"/ubi_queries?key={world.key(tenant, 'events', 'search')}", [PLUGIN]).status == 403
    assert world.post("/ubi_queries?key=nonsense", [PLUGIN]).status == 401
    assert world.post("/ubi_queries", [PLUGIN]).status == 401


def test_one_tenant_s_query_is_no_other_tenant_s(world: World, tenant: str) -> None:
    world.post("/ubi_queries", [PLUGIN], world.key(tenant))
    world.post("/ubi_events", [CLICK], world.key(f"{tenant}b"))
    (click,) = sent(world.where, f"{tenant}b", CLICKS)
    assert isinstance(click, DocumentOpened)
    assert click.from_search is None


def test_numbers_that_are_documents_are_ids(world: World, tenant: str) -> None:
    event = {**CLICK, "event_attributes": {"object": {"object_id": "4711"}}}
    assert "object_id_field" in world.post("/ubi_events", [event], world.key(tenant)).json()["refused"][0]["reason"]
    world.gateway.lists.put(tenant, [AccessList("4711", 1, ("everyone",))])
    assert world.post("/ubi_events", [event], world.key(tenant)).json()["accepted"] == 1


def test_what_is_no_json_is_a_problem_and_unknown_actions_are_none(world: World, tenant: str) -> None:
    key = world.key(tenant)
    assert world.post("/ubi_events", b"nonsense", key).status == 400
    answer = world.post("/ubi_events", [{**CLICK, "action_name": "hover"}], key)
    assert (answer.status, answer.json()) == (200, {"accepted": 0, "refused": [], "ignored": {"hover": 1}})
    assert 'tidewheel_gateway_ubi_total{kind="events",verdict="ignored"}' in world.gateway.metrics.text(0)
