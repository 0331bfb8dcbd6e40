"""The indexer put together: who lets live changes through, how long work ends at a stop, and what a search reads."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer import wiring
from indexer.config import IndexerConfig
from indexer.service import Indexer
from stores.service import Life, Stopped
from stores.settings import Settings
from stores.shelf import Shelf
from stores.vectors import Vectors
from tests.indexer.world import NOW, World, live


@pytest.fixture
def life() -> Life:
    return Life()


@pytest.fixture
def indexer(stack: Settings, life: Life) -> Iterator[Indexer]:
    built = wiring.build_indexer(stack, IndexerConfig(), life, lambda event: None, lambda: NOW)
    yield built
    built._serving.close()
    built._upkeep.sync.documents.warehouse.close()
    built._upkeep.sync.vectors.close()


@pytest.fixture
def looks(indexer: Indexer) -> list[str]:
    """Notes each look at what changed for those who search."""
    found: list[str] = []

    def marks() -> dict[str, int]:
        found.append("marks")
        return {}

    indexer._upkeep.marks = marks  # type: ignore[method-assign]  # other tests' tenants are not looked at
    return found


def test_live_changes_come_through_between_the_parts_of_all_shadow_work(indexer: Indexer, looks: list[str]) -> None:
    indexer._upkeep.sync.yield_point()
    assert looks == [], "work for those who search lets nothing through: it is what is let through"
    indexer._shadows._sync.yield_point()
    assert looks == ["marks"]
    for other in (indexer._cutover._sync, indexer._shadows._verifier._reader._sync):
        assert other is indexer._shadows._sync


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
