"""Packets are listed with their date and size, and removed by name."""

from datetime import UTC, datetime

import pytest

from stores import redis_client
from stores.errors import Retryable
from stores.packets import Kept, Packets
from stores.settings import Settings

AT = datetime(2026, 5, 1, tzinfo=UTC)
TEXT = '{"created_at":"2026-05-01T00:00:00Z","tenant":"acme"}'


def test_packets_are_listed_until_they_are_removed(stack: Settings, tenant: str) -> None:
    client = redis_client.connect(stack)
    packets = Packets(client)
    packets.remove(tenant, [])
    assert packets.of(tenant) == {}
    client.hset(f"packets:{tenant}", mapping={"one": TEXT, "two": TEXT, "damaged": "{"})
    assert packets.of(tenant) == dict.fromkeys(("one", "two"), Kept(AT, len(TEXT)))
    for _ in range(2):
        packets.remove(tenant, ["one"])
    assert [*packets.of(tenant)] == ["two"]
    client.close()


def test_redis_that_is_away_is_waited_for(stack: Settings, tenant: str) -> None:
    away = redis_client.connect(stack.model_copy(update={"redis_url": type(stack.redis_url)("redis://127.0.0.1:1/0")}))
    with pytest.raises(Retryable):
        Packets(away).of(tenant)
