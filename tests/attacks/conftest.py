"""The indexer's world, to be attacked, and the attacker's own keys."""

from pathlib import Path

import pytest

from stores.signing import Signing
from tests.indexer.conftest import models, vectors, warehouse, world
from tests.indexer.world import OPERATOR
from tests.stores.keyed import installation

__all__ = ["models", "vectors", "warehouse", "world"]


@pytest.fixture
def theirs(tmp_path: Path) -> Signing:
    """Another installation, with an operator of the same name."""
    return installation(tmp_path / "theirs", OPERATOR)
