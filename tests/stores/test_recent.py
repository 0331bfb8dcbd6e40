"""What gateways remember: the first that was said, and external searches, each tenant's its own."""

import pytest

from stores import redis_client
from stores.recent import ExternalSearch, Recent
from stores.settings import Settings


@pytest.fixture
def recent(stack: Settings) -> Recent:
    return Recent.connect(stack, 60)


def test_what_was_said_first_stays(recent: Recent, tenant: str) -> None:
    assert recent.first(tenant, "one") == "one"
    assert recent.first(tenant, "two") == "one"


def test_searches_are_found_by_tenant_and_id(recent: Recent, tenant: str) -> None:
    search = ExternalSearch("naïve", ("a", "日本"))
    recent.keep_search(tenant, "q1", search)
    assert recent.searches(tenant, ["q1", "q2"]) == {"q1": search}
    assert recent.searches(f"{tenant}x", ["q1"]) == {}
    assert recent.searches(tenant, []) == {}


def test_everything_lapses(stack: Settings, recent: Recent, tenant: str) -> None:
    recent.first(tenant, "one")
    recent.keep_search(tenant, "q1", ExternalSearch("q", ()))
    client = redis_client.connect(stack)
    for key in (f"gateway:first:{tenant}", f"gateway:search:{tenant}:q1"):
        assert 0 < int(str(client.ttl(key))) <= 60
