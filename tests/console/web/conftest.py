"""Consoles under test: one whose stores are away, and one on the session's stack."""

from collections.abc import Iterator

import pytest

from stores.settings import Settings
from stores.warehouse import Warehouse
from tests.console.web.browsing import Site, serving
from tests.stores.keyed import settings_of


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A console without stores: who may come in is known without them."""
    with serving(Site(settings_of(tmp_path_factory.mktemp("lonely")), away=True)) as site:
        yield site


@pytest.fixture(scope="module")
def site(stack: Settings, warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A console on the session's stores, with operators of its own."""
    where = stack.model_copy(update={"home": tmp_path_factory.mktemp("console")})
    with serving(Site(where)) as one:
        yield one
