"""What a run is doing right now, as people see it, on a real Redis."""

import pytest

from stores import redis_client, training_status
from stores.errors import Retryable
from stores.redis_client import Client
from stores.settings import Settings


@pytest.fixture
def client(stack: Settings) -> Client:
    return redis_client.connect(stack)


def test_fields_are_set_beside_the_others_until_the_status_is_cleared(client: Client, tenant: str) -> None:
    assert training_status.read(client, tenant) == {}
    training_status.write(client, tenant, {"run": "run-1", "step": "mine"})
    training_status.write(client, tenant, {"step": "fit", "loss": "0.3"})
    assert training_status.read(client, tenant) == {"run": "run-1", "step": "fit", "loss": "0.3"}
    assert training_status.read(client, f"{tenant}-other") == {}
    training_status.clear(client, tenant)
    assert training_status.read(client, tenant) == {}


def test_it_lapses_when_nobody_writes_to_it(client: Client, tenant: str) -> None:
    training_status.write(client, tenant, {"run": "run-1"})
    (key,) = client.keys(f"*{tenant}*")
    assert 23 * 3600 < client.ttl(key) <= 24 * 3600
    client.expire(key, 100)
    training_status.write(client, tenant, {"step": "fit"})
    assert client.ttl(key) > 23 * 3600


def test_a_redis_that_is_away_is_worth_waiting_for(stack: Settings, tenant: str) -> None:
    nobody = redis_client.connect(Settings.model_validate({**stack.model_dump(), "redis_url": "redis://127.0.0.1:9/0"}))
    for call in (training_status.read, training_status.clear):
        with pytest.raises(Retryable, match="tidewheel up"):
            call(nobody, tenant)
