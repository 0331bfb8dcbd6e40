"""What the suites of this folder share."""

from collections.abc import Iterator

import pytest

from stores.settings import Settings
from tests.stores.access import Log


@pytest.fixture
def log(stack: Settings, tenant: str) -> Iterator[Log]:
    made = Log(stack, f"test:{{{tenant}}}")
    yield made
    keys = made.client.keys(f"{made.tag}:*")
    if keys:
        made.client.delete(*keys)
