"""The indexer's world, to be attacked."""

import pytest

from tests.console.conftest import tidewheel
from tests.indexer.conftest import models, vectors, warehouse, world
from tests.indexer.loop import Loop, first
from tests.indexer.world import World

__all__ = ["models", "tidewheel", "vectors", "warehouse", "world"]


@pytest.fixture
def ready(world: World) -> Loop:
    """A shadow waits for a decision."""
    loop = first(world)
    loop.settle()
    loop.ready()
    return loop
