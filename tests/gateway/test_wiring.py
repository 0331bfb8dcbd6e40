"""What the gateway is connected to: the resident search is found again, and limits are counted by key."""

from pathlib import Path

from gateway.callers import Caller
from gateway.config import GatewayConfig
from stores.settings import Settings
from tests.gateway.world import World, opened, running


def test_a_key_that_asks_too_much_waits_and_another_does_not(stack: Settings, tmp_path: Path, tenant: str) -> None:
    rules = {"limits": {"events_per_s": 0.01, "events_burst": 2, "searches_per_s": 0.01, "searches_burst": 1}}
    with running(stack, tmp_path, GatewayConfig.model_validate(rules)) as world:
        key, other = world.key(tenant), world.key(tenant)
        assert world.post("/v1/events", [opened(tenant, "a"), opened(tenant, "b")], key).status == 202
        answer = world.post("/v1/events", opened(tenant, "c"), key)
        assert (answer.status, int(answer.headers["retry-after"]) > 60) == (429, True)
        assert world.post("/v1/events", opened(tenant, "c"), other).status == 202
        assert world.post("/v1/search", {"query": "x"}, key).status == 200
        assert world.post("/v1/search", {"query": "x"}, key).status == 429
        assert world.request("GET", "/v1/documents/x", None, key).status == 429


def test_nothing_costs_nothing(world: World) -> None:
    assert world.gateway.spend(Caller("acme", "k"), events=0) == 0.0
