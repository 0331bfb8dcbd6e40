"""The indexer's world, to be attacked."""

from tests.console.conftest import tidewheel
from tests.indexer.conftest import models, vectors, warehouse, world

__all__ = ["models", "tidewheel", "vectors", "warehouse", "world"]
