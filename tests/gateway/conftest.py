"""What the suites of the gateway share."""

from collections.abc import Iterator

import pytest

from stores.settings import Settings
from tests.gateway.world import World, running, showing


@pytest.fixture(scope="module")
def shared(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One gateway a module."""
    with running(stack, tmp_path_factory.mktemp("gateway")) as world:
        yield world


@pytest.fixture
def world(shared: World) -> World:
    """The gateway, with a search that finds two documents and nothing asked yet."""
    shared.asked.clear()
    shared.found = showing("hr/leave", "hr/benefits")
    return shared
