"""The indexer's stores and two tiny models, made once a session; a fresh tenant with both on its shelf per test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from operations import operators
from retrieval.config import EncoderConfig
from retrieval.encoders import Encoders
from stores.access_lists import AccessLists
from stores.collection_states import State
from stores.serving import Collection, Serving, Standby
from stores.settings import Settings
from stores.shelf import Shelf
from stores.signing import Signing
from stores.vectors import Vectors
from stores.warehouse import Warehouse
from tests.indexer.world import NOW, OPERATOR, World, live, tiny_model


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {f"tiny-{name}": tiny_model(tmp_path_factory.mktemp(name), seed) for seed, name in enumerate("ab")}


@pytest.fixture(scope="session")
def warehouse(stack: Settings) -> Iterator[Warehouse]:
    connected = Warehouse.connect(stack)
    connected.migrate()
    yield connected
    connected.close()


@pytest.fixture(scope="session")
def vectors(stack: Settings) -> Iterator[Vectors]:
    connected = Vectors.connect(stack)
    yield connected
    connected.close()


@contextmanager
def opened(
    stack: Settings, tenant: str, warehouse: Warehouse, vectors: Vectors, models: dict[str, Path], home: Path
) -> Iterator[World]:
    """A tenant's world, whose collections go with it."""
    shelf = Shelf(str(home / "shelf"), home / "cache")
    for name, path in models.items():
        shelf.put(tenant, name, path, {}, NOW)
    serving = Serving.connect(stack)
    operators.ensure(stack, OPERATOR, NOW)
    encoders = Encoders(shelf, EncoderConfig(threads=1))
    lists = AccessLists.connect(stack)
    lists.end_filling(tenant, lists.begin_filling(tenant))
    yield World(tenant, warehouse, vectors, serving, shelf, encoders, Signing(stack), lists)
    lists.close()
    serving.close()
    for name in vectors.names():
        if tenant in name:
            vectors.drop(name)


@pytest.fixture
def world(
    stack: Settings,
    tenant: str,
    warehouse: Warehouse,
    vectors: Vectors,
    models: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    with opened(stack, tenant, warehouse, vectors, models, tmp_path_factory.mktemp("shelf")) as one:
        yield one


@pytest.fixture
def both(world: World) -> World:
    """A tenant with one model live and the other standing by."""
    with world.together():
        for n in range(10):
            world.put(f"d{n}", 1, f"merger plan {n}")
    live(world)
    world.fill(world.next)
    target = world.target(world.next)
    about = Collection(tenant=world.tenant, model=target.model, collection=target.collection, created_at=NOW)
    world.serving.register(about, State.STANDBY)
    record = world.serving.record(world.tenant)
    assert record is not None
    standby = Standby(model=target.model, collection=target.collection, until=NOW)
    world.serving.move(record.model_copy(update={"version": 2, "standby": standby}), {})
    for model in (world.live, world.next):
        world.encoders.get(world.tenant, model)
    return world
