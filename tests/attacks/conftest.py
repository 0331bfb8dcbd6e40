"""The indexer's world, to be attacked."""

from tests.indexer.conftest import models, vectors, warehouse, world

__all__ = ["models", "vectors", "warehouse", "world"]
