"""How far audits are is kept for the next process."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from stores import redis_client
from stores.audits import Audit, Audits
from stores.errors import Retryable
from stores.settings import Settings

BEGAN = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def audits(stack: Settings) -> Iterator[Audits]:
    client = redis_client.connect(stack)
    yield Audits(client)
    client.close()


def test_an_audit_is_kept_by_tenant_and_collection_until_it_is_removed(audits: Audits, tenant: str) -> None:
    one, two = Audit(began=BEGAN, total=9, done=3, after="d3"), Audit(began=BEGAN, total=1, found=2, whole_at=BEGAN)
    assert audits.get(tenant, "A") is None
    audits.save(tenant, "A", two)
    audits.save(tenant, "A", one)
    audits.save(tenant, "B", two)
    assert (audits.get(tenant, "A"), audits.of(tenant), audits.of(f"{tenant}x")) == (one, {"A": one, "B": two}, {})
    for _ in range(2):
        audits.remove(tenant, "A")
    assert audits.of(tenant) == {"B": two}


def test_redis_that_is_away_is_waited_for(stack: Settings, tenant: str) -> None:
    away = redis_client.connect(stack.model_copy(update={"redis_url": type(stack.redis_url)("redis://127.0.0.1:1/0")}))
    with pytest.raises(Retryable):
        Audits(away).of(tenant)
