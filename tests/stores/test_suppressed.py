"""The list of suppressed people: in Redis for all, in the home to last, and back in Redis after a loss."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stores import redis_client
from stores.errors import Misconfigured
from stores.settings import Settings
from stores.suppressed import SuppressedHashes


@pytest.fixture
def client(stack: Settings, tenant: str) -> Iterator[redis_client.Client]:
    made = redis_client.connect(stack)
    yield made
    made.srem("gateway:suppressed", tenant, f"{tenant}b")


def test_what_is_written_holds_for_all_homes(client: redis_client.Client, tmp_path: Path, tenant: str) -> None:
    ours, theirs = (SuppressedHashes(client, tmp_path / name / "keys" / "suppressed") for name in ("a", "b"))
    ours.add(tenant)
    assert tenant in ours.read()
    assert tenant in theirs.read()
    ours.remove(tenant)
    assert tenant not in ours.read() | theirs.read()


def test_what_redis_lost_is_put_back_from_the_home(client: redis_client.Client, tmp_path: Path, tenant: str) -> None:
    path = tmp_path / "keys" / "suppressed"
    hashes = SuppressedHashes(client, path)
    hashes.add(tenant)
    hashes.add(f"{tenant}b")
    client.srem("gateway:suppressed", tenant, f"{tenant}b")
    assert {tenant, f"{tenant}b"} <= hashes.read()
    assert client.sismember("gateway:suppressed", tenant)
    assert path.stat().st_mode & 0o077 == 0


def test_a_list_that_cannot_be_read_is_never_an_empty_one(client: redis_client.Client, tmp_path: Path) -> None:
    path = tmp_path / "suppressed"
    path.mkdir()
    with pytest.raises(Misconfigured, match="cannot be read"):
        SuppressedHashes(client, path).read()


def test_an_installation_keeps_its_list_beside_its_keys(stack: Settings, tmp_path: Path) -> None:
    hashes = SuppressedHashes.connect(stack.model_copy(update={"home": tmp_path}))
    assert hashes._path == tmp_path / "keys" / "suppressed"
    hashes.close()
