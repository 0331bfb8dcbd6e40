"""Token buckets: what all processes together may take, and what is let through while Redis is away."""

from collections.abc import Iterator

import pytest

from stores import redis_client
from stores.rate_limits import RateLimits
from stores.settings import Settings


@pytest.fixture
def client(stack: Settings, tenant: str) -> Iterator[redis_client.Client]:
    made = redis_client.connect(stack)
    yield made
    made.delete(f"gateway:rate:{tenant}")


def test_a_burst_is_had_and_then_one_waits(client: redis_client.Client, tenant: str) -> None:
    limits = RateLimits(client)
    assert limits.wait(tenant, 100, per_s=0.001, burst=100) == 0.0
    assert limits.wait(tenant, 1, per_s=0.001, burst=100) == pytest.approx(1_000, rel=0.01)
    assert limits.wait(tenant, 50, per_s=0.001, burst=100) == pytest.approx(50_000, rel=0.01)


def test_processes_share_a_bucket(client: redis_client.Client, tenant: str) -> None:
    one, two = RateLimits(client), RateLimits(client)
    given = sum(limits.wait(tenant, 1, 0.001, 100) == 0.0 for _ in range(100) for limits in (one, two))
    assert given == 100


def test_tokens_come_again_with_time(client: redis_client.Client, tenant: str) -> None:
    limits = RateLimits(client)
    assert limits.wait(tenant, 10, 1_000_000.0, 10) == 0.0
    client.hset(f"gateway:rate:{tenant}", "at", 0)  # long ago
    assert limits.wait(tenant, 10, 0.001, 10) == 0.0


def test_callers_do_not_share(client: redis_client.Client, tenant: str) -> None:
    limits = RateLimits(client)
    assert limits.wait(tenant, 10, 0.001, 10) == 0.0
    assert limits.wait(f"{tenant}-other", 10, 0.001, 10) == 0.0
    client.delete(f"gateway:rate:{tenant}-other")


def test_what_costs_more_than_a_burst_empties_a_full_bucket(client: redis_client.Client, tenant: str) -> None:
    limits = RateLimits(client)
    assert limits.wait(tenant, 1_000, 0.001, 10) == 0.0
    assert limits.wait(tenant, 1, 0.001, 10) > 0


def test_most_requests_ask_no_store(client: redis_client.Client, tenant: str) -> None:
    limits = RateLimits(client)
    limits.wait(tenant, 1, 1.0, 1_000)
    assert sum(limits.spend_in_hand(tenant, 1) for _ in range(100)) == 49


def test_without_redis_nobody_is_held_back_and_it_is_not_asked_again_at_once(
    stack: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = Settings.model_validate({**stack.model_dump(), "redis_url": "redis://127.0.0.1:9/0"})
    now = 0.0
    limits = RateLimits(redis_client.connect(nobody, timeout_s=0.5), clock=lambda: now)
    assert limits.wait("a", 10, 0.001, 10) == 0.0
    limits._client.close()
    monkeypatch.setattr(limits, "_script", lambda **_: pytest.fail("it was asked"))
    assert limits.wait("a", 10, 0.001, 10) == 0.0
