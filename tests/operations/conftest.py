"""Tenants of the indexer, for operators to decide about."""

from tests.indexer.conftest import both, models, vectors, warehouse, world
from tests.operations.past import past

__all__ = ["both", "models", "past", "vectors", "warehouse", "world"]
