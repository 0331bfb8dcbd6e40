"""The indexer put together: who lets live changes through, how long work ends at a stop, and what a search reads."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from indexer import wiring
from indexer.config import IndexerConfig
from indexer.indexing.fence import Lost
from indexer.service import Indexer
from indexer.worker import Worker
from schemas.envelope import Event
from schemas.learning import ShadowStarted
from stores import redis_client
from stores.service import Life, Stopped
from stores.serving import Collection
from stores.settings import Settings
from stores.shares import Shares
from stores.shelf import Shelf
from stores.vectors import Vectors
from tests.indexer.world import NOW, World, live


@pytest.fixture
def life() -> Life:
    return Life()


@pytest.fixture
def worker(stack: Settings, life: Life) -> Worker:
    shares = Shares(redis_client.connect(stack), uuid4().hex, 60.0)
    return wiring.build_worker(stack, IndexerConfig(), life, shares, lambda event: None, lambda: NOW)


def made(worker: Worker) -> Indexer:
    assert worker._shares.take("acme") or worker._shares.holds("acme")
    return worker._make("acme", worker._shares.held["acme"], lambda: None)


@pytest.fixture
def indexer(worker: Worker) -> Iterator[Indexer]:
    built = made(worker)
    yield built
    built._serving.close()
    built._upkeep.sync.documents.warehouse.close()
    built._upkeep.sync.vectors.close()


@pytest.fixture
def looks(worker: Worker) -> list[str]:
    """Notes each look at what changed for those who search."""
    found: list[str] = []

    def marks() -> dict[str, int]:
        found.append("marks")
        return {}

    worker.marks = marks  # type: ignore[method-assign]  # other tests' tenants are not looked at
    return found


def test_what_is_remembered_of_a_tenant_is_not_shared_with_its_next_indexer(worker: Worker, indexer: Indexer) -> None:
    again = made(worker)
    assert again._upkeep.sync is not indexer._upkeep.sync
    assert again._upkeep.sync._planner is not indexer._upkeep.sync._planner


def test_an_indexer_whose_tenant_was_lost_changes_and_says_nothing(stack: Settings) -> None:
    sent, went, shares = list[Event](), list[str](), Shares(redis_client.connect(stack), uuid4().hex, 60.0)

    def check() -> None:
        if went:
            raise Lost("acme")

    assert shares.take("acme")
    worker = wiring.build_worker(stack, IndexerConfig(), Life(), shares, sent.append, lambda: NOW)
    indexer, name = worker._make("acme", shares.held["acme"], check), f"C{uuid4().hex}"
    event = ShadowStarted(
        event_id=name, tenant="acme", occurred_at=NOW, run="r", model="m", collection=name, documents=0
    )
    indexer._serving.register(Collection(tenant="acme", model="m", collection=name, created_at=NOW), "building")
    for emit in (indexer._emit, indexer._shadows._emit):
        emit(event)
    shares.give("acme")
    went.append("another worker has it")
    parts = (indexer, indexer._shadows, indexer._upkeep, indexer._cutover, indexer._cleaner)
    for part in parts:
        with pytest.raises(Lost):
            part._serving.set_state("acme", name, "building", "failed")
    for emit in (indexer._emit, indexer._shadows._emit):
        with pytest.raises(Lost):
            emit(event)
    assert (len(sent), indexer._serving.states("acme")[name]) == (2, "building")
    for sync in (indexer._upkeep.sync, indexer._shadows._sync):
        with pytest.raises(Lost):
            sync.fence.check()


def test_live_changes_come_through_between_the_parts_of_all_shadow_work(indexer: Indexer, looks: list[str]) -> None:
    indexer._upkeep.sync.yield_point()
    assert looks == [], "work for those who search lets nothing through: it is what is let through"
    indexer._shadows._sync.yield_point()
    assert looks == ["marks"]
    verifier = indexer._shadows._verifier
    for other in (indexer._cutover._sync, verifier._shadows._sync, verifier._live._sync):
        assert other is indexer._shadows._sync
    assert verifier._live._applying is indexer._upkeep.sync, "one alone writes to what is live"


def test_a_stop_ends_all_long_work_between_two_parts(indexer: Indexer, life: Life, looks: list[str]) -> None:
    life.stop.set()
    points = (
        indexer._upkeep.sync.yield_point,
        indexer._shadows._sync.yield_point,
        indexer._shadows._comparison._yield_point,
    )
    for yield_point in points:
        with pytest.raises(Stopped):
            yield_point()
    assert looks == [], "a stop does not wait for live changes"


def test_a_rest_ends_at_once_when_the_process_is_to_stop(indexer: Indexer, life: Life) -> None:
    life.stop.set()
    indexer._upkeep.sync._sleep(600)  # or this test takes ten minutes


def test_a_searcher_reads_what_is_live_from_this_installation_s_shelf(
    stack: Settings, world: World, models: dict[str, Path]
) -> None:
    Shelf.open(stack).put(world.tenant, world.live, models[world.live], {}, NOW)
    world.put("d1", 1, "merger plan")
    live(world)
    searcher = wiring.connect_searcher(stack)
    (answer,) = searcher.search(world.tenant, ["merger"], frozenset({"everyone"}))
    assert [found.document for found in answer.results] == ["d1"]
    searcher._serving.close()
    assert isinstance(searcher._vectors, Vectors)
    searcher._vectors.close()
