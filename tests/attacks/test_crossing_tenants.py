"""Every command of one tenant, given the ids of another: nothing of the other is shown, moved or removed."""

import json
from collections.abc import Iterator

import pytest

from operations.lineage import trace
from schemas.learning import CutoverRefused
from stores.collection_states import State
from stores.errors import Refused
from stores.serving import Collection, Serving, ServingRecord, Standby
from stores.settings import Settings
from tests.attacks.forgeries import refusal_of
from tests.console.pointing import point_at
from tests.console.running import CommandLine, Ended
from tests.indexer.loop import Loop, approval, first, of, record
from tests.indexer.world import OPERATOR, World
from tests.schemas.packets import NOW, packet
from tests.streams.lives import Streams, day, documents, streams, trained

THEIRS, OURS = "theirs-crossing", "ours-crossing"
SECRET = "zebrafish merger"


@pytest.fixture(scope="module")
def town(stack: Settings) -> Iterator[Streams]:
    """Two tenants with the same person, document ids and search; only one of them has a model, a run and a packet."""
    with streams(stack, "crossing_tenants") as town:
        serving = Serving.connect(stack)
        for tenant, words in ((THEIRS, SECRET), (OURS, "lunch")):
            town.take(*documents(tenant, author="ana"), *day(tenant, "ana", words))
            record = ServingRecord(tenant=tenant, model="base", collection=f"C_{tenant[:4]}", version=1, moved_at=NOW)
            standby = Standby(model="base", collection="C_old", until=NOW) if tenant == THEIRS else None
            serving.move(record.model_copy(update={"standby": standby}), {})
        town.close()
        trained(town, THEIRS)
        window = {"tenant": THEIRS, "signal": "query_fit", "window_end": NOW, "verdict": "tripped"}
        town.warehouse.insert("drift_windows", {name: [value] for name, value in window.items()})
        made = packet(tenant=THEIRS, collection="C_next")
        about = Collection(tenant=THEIRS, model="m", collection="C_next", created_at=NOW, packet=made.digest)
        serving.save_packet(made)
        serving.register(about, State.READY)
        yield town
        for tenant in (THEIRS, OURS):
            for key in serving._client.keys(f"*:{tenant}"):
                serving._client.delete(key)
            serving._client.srem("tenants:served", tenant)
        serving.close()


@pytest.fixture
def ours(tidewheel: CommandLine, stack: Settings, town: Streams, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    point_at(stack, town.warehouse.database, monkeypatch)
    return tidewheel


def ids_of(town: Streams) -> list[str]:
    """One id of every kind that the other tenant has and ours has not."""
    rows = town.warehouse.rows(
        "SELECT (SELECT any(event_id) FROM accepted WHERE tenant = {t:String} AND type = 'SearchServed') AS event, "
        "(SELECT any(session) FROM live_sessions WHERE tenant = {t:String}) AS session, "
        "(SELECT any(pair) FROM live_pairs WHERE tenant = {t:String} AND kind = 'search_click') AS pair",
        t=THEIRS,
    )
    return [*map(str, rows[0].values()), "run-1", "snapshot-1", f"{THEIRS}-run-1", f"{THEIRS}_run-1".replace("-", "_")]


def told_nothing(ended: Ended) -> bool:
    return not any(word in ended.out + ended.err for word in (SECRET, "tripped", "it drifted", "C_next"))


def test_no_id_of_theirs_has_a_lineage_in_ours(ours: CommandLine, town: Streams) -> None:
    """Catches a look-up by id alone, whole or by its beginning: ids are senders' and known to many."""
    event, *others = ids_of(town)
    for name in (event, event[:10], *others):
        (found,) = trace(town.warehouse, name, THEIRS)
        assert found.facts["tenant"] == THEIRS
        with pytest.raises(Refused, match=f"of '{OURS}' has the id"):
            trace(town.warehouse, name, OURS)
    ended = ours("lineage", event, "--tenant", OURS)
    assert (ended.code, ended.out, told_nothing(ended)) == (3, "", True)


@pytest.mark.parametrize("command", ["drift", "runs", "status"])
def test_what_is_measured_of_theirs_is_not_shown_for_ours(ours: CommandLine, command: str) -> None:
    """Catches a query that lacks the tenant, or joins on a run's or a model's name alone."""
    assert not told_nothing(ours(command, "--tenant", THEIRS, "--json"))
    ended = ours(command, "--tenant", OURS, "--json")
    assert (ended.code, told_nothing(ended)) == (0, True)


def test_no_packet_of_theirs_can_be_seen_or_decided_on_in_ours(ours: CommandLine, stack: Settings) -> None:
    """Catches packets that are found by their hash alone, and beginnings of hashes that are looked up everywhere."""
    serving = Serving.connect(stack)
    digest = packet(tenant=THEIRS, collection="C_next").digest
    assert json.loads(ours("packet", "--tenant", THEIRS, "--json").out)["packet"] == digest
    with pytest.raises(Refused):
        serving.packet(OURS, digest)
    for command in (
        ("packet",), ("approve", "--packet", digest), ("approve", "--packet", digest[:8]),
        ("refuse", "--packet", digest, "--reason", "no"),
    ):  # fmt: skip
        ended = ours(*command, "--tenant", OURS)
        assert (ended.code, told_nothing(ended)) == (3, True), command
    assert serving.states(THEIRS)["C_next"] == State.READY
    serving.close()


def test_ours_rolls_nothing_of_theirs_back(ours: CommandLine, stack: Settings) -> None:
    """Catches a rollback to whatever stands by in the installation."""
    serving = Serving.connect(stack)
    before = serving.record(THEIRS)
    ended = ours("rollback", "--tenant", OURS)
    assert (ended.code, "has no standby" in ended.err) == (3, True)
    assert serving.record(THEIRS) == before
    serving.close()


def test_a_person_is_forgotten_in_one_tenant_alone(ours: CommandLine, town: Streams) -> None:
    """Catches a removal by the person's id alone: the same id in another tenant is somebody else."""
    count = "SELECT count() AS n FROM events WHERE tenant = {t:String} AND user = 'ana'"
    there = town.warehouse.rows(count, t=THEIRS)
    assert there != [{"n": 0}]
    ended = ours("forget", "--tenant", OURS, "--user", "ana", "--yes")
    assert (ended.code, told_nothing(ended)) == (0, True)
    assert town.warehouse.rows(count, t=OURS) == [{"n": 0}]
    assert town.warehouse.rows(count, t=THEIRS) == there


def test_a_decision_of_one_tenant_names_nothing_of_another(world: World) -> None:
    """Catches an indexer that takes the collection from the event and its tenant from elsewhere."""
    loop = first(world)
    loop.settle()
    theirs = packet(tenant="other-tenant", collection="C_theirs")
    for event in (
        approval(theirs, tenant=world.tenant),
        refusal_of(theirs).model_copy(update={"tenant": world.tenant}),
    ):
        loop.indexer.handle(world.signing.as_operator(event, OPERATOR))
    loop.settle()
    assert record(world).model == world.live
    assert len(of(CutoverRefused, loop.sent)) == 1, "of the approval; a refusal of nothing is nothing"


def test_no_model_of_another_tenant_is_loaded(world: World) -> None:
    """Catches a shelf that is asked by the model's name alone."""
    for tenant in ("other-tenant", f"{world.tenant}x"):
        with pytest.raises(Refused, match="has no model"):
            world.shelf.fetch(tenant, world.live)
    assert Loop(world).world.shelf.fetch(world.tenant, world.live).is_dir()
