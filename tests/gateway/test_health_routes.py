"""What watches the gateway: no key is needed, and no name is told."""

import pytest

from gateway.readiness import Readiness
from tests.gateway.world import World, opened


def test_it_lives(world: World) -> None:
    answer = world.request("GET", "/healthz")
    assert (answer.status, answer.data) == (200, b"ok\n")


@pytest.mark.parametrize(("said", "status"), [("ok", 200), ("away", 503)])
def test_it_is_ready_when_every_store_answers(
    world: World, monkeypatch: pytest.MonkeyPatch, said: str, status: int
) -> None:
    monkeypatch.setattr(Readiness, "__call__", lambda self: {"broker": "ok", "redis": said})
    answer = world.request("GET", "/readyz")
    assert (answer.status, answer.json()["redis"]) == (status, said)


def test_the_stores_of_this_installation_are_asked(world: World) -> None:
    found = world.request("GET", "/readyz").json()
    assert (found["broker"], found["redis"]) == ("ok", "ok")
    assert found["search"] != "ok"  # none runs here


def test_metrics_name_paths_and_no_tenant(world: World, tenant: str) -> None:
    world.post("/v1/events", opened(tenant), world.key(tenant))
    world.request("GET", f"/v1/documents/{tenant}-secret")
    world.request("GET", f"/{tenant}/nothing")
    text = world.request("GET", "/metrics").data.decode()
    assert 'tidewheel_gateway_requests_total{path="/v1/events",status="202"}' in text
    assert 'tidewheel_gateway_requests_total{path="other",status="404"}' in text
    assert tenant not in text
