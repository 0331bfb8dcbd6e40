"""Tenants of the indexer, for operators to decide about."""

from tests.indexer.conftest import both, models, vectors, warehouse, world

__all__ = ["both", "models", "vectors", "warehouse", "world"]
