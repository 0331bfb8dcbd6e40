"""Cases that people met: inputs in `NN-kind/`, and in `test_NN_kind.py` one test per expectation, in its words.

The first line of a test's docstring is the expectation; `make cases` prints them as a table.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.ids import stable_id
from stores.serving import Serving, ServingRecord
from stores.settings import Settings
from stores.warehouse import Warehouse
from tests.cases.house import House, house_of
from tests.cases.table import EXPECTATION, case_of
from tests.console.conftest import tidewheel
from tests.indexer.conftest import models, vectors, warehouse, world
from tests.indexer.world import NOW, World

__all__ = ["models", "tidewheel", "vectors", "warehouse", "world"]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give the test's report the expectation's words."""
    said = getattr(getattr(item, "function", None), "__doc__", None)
    if said:
        item.user_properties.append((EXPECTATION, said.strip().splitlines()[0]))


@pytest.fixture(scope="module")
def inputs(request: pytest.FixtureRequest) -> Path:
    """The folder with the inputs of the module's case."""
    return Path(__file__).parent / case_of(request.path.name)


@pytest.fixture
def house(stack: Settings, world: World, inputs: Path) -> Iterator[House]:
    """A tenant whose events come through the streams, with the indexer's own parts on the same rows."""
    with house_of(stack, world, inputs) as made:
        yield made


@pytest.fixture
def known_tenant(stack: Settings, warehouse: Warehouse, tenant: str) -> str:
    """A tenant that is served, so that others are not it."""
    serving = Serving.connect(stack)
    serving.move(
        ServingRecord(tenant=tenant, model="base", collection=f"c_{stable_id(tenant)}", version=1, moved_at=NOW), {}
    )
    serving.close()
    return tenant
