"""A tenant whose sessions are short and whose time comes on slowly."""

from collections.abc import Iterator

import pytest

from stores.settings import Settings
from tests.streams.world import World

CAP = {"sessions": {"max_accesses": 8, "lateness_s": 60}}


@pytest.fixture
def world(stack: Settings, tenant: str) -> Iterator[World]:
    made = World(stack, tenant, CAP)
    yield made
    made.remove()
