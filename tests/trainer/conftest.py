"""The trainer's stores, a tiny encoder, and a run's context."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval.config import EncoderConfig
from stores import redis_client
from stores.serving import Serving
from stores.settings import Settings
from stores.shelf import BASE, Shelf
from stores.signing import Signing
from stores.warehouse import Warehouse
from tests.trainer import tiny
from trainer.config import TrainingConfig
from trainer.context import RunContext


class TinyShelf(Shelf):
    """A shelf whose base model is a tiny one: runs take seconds."""

    base: Path

    def fetch(self, tenant: str, model: str, manifest: str = "") -> Path:
        return self.base if model == BASE else super().fetch(tenant, model)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def warehouse(stack: Settings) -> Iterator[Warehouse]:
    connected = Warehouse.connect(stack)
    connected.migrate()
    yield connected
    connected.close()


@pytest.fixture
def make_context(
    stack: Settings, warehouse: Warehouse, tiny_model: Path, tmp_path: Path
) -> Iterator[Callable[[TrainingConfig], RunContext]]:
    serving, redis = Serving.connect(stack), redis_client.connect(stack)
    shelf = TinyShelf(str(tmp_path / "shelf" / "models"), tmp_path / "cache")
    shelf.base = tiny_model

    def make(config: TrainingConfig) -> RunContext:
        return RunContext(
            warehouse=warehouse,
            redis=redis,
            serving=serving,
            shelf=shelf,
            offers=Shelf(str(tmp_path / "shelf" / "offers"), tmp_path / "cache-offers"),
            manifests=Shelf(str(tmp_path / "shelf" / "snapshots"), tmp_path / "cache-snapshots"),
            home=tmp_path / "home",
            config=config,
            encoder=EncoderConfig(threads=1),
            clock=lambda: datetime.now(UTC),
            stop=threading.Event(),
            signing=Signing(stack),
        )

    yield make
    serving.close()
    redis.close()
