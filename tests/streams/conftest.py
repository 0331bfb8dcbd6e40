"""What the suites of this folder share: brokers of both kinds, started once a session."""

from collections.abc import Iterator

import pytest

from stores.settings import Settings
from tests.streams.brokers import BROKERS, Broker, running
from tests.streams.workers import Flow, flowing


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", params=BROKERS)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    with running(request.param) as broker:
        yield broker


@pytest.fixture(scope="module")
def _flow(stack: Settings, broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flow]:
    with flowing(stack, broker, tmp_path_factory.mktemp("workers")) as flow:
        yield flow


@pytest.fixture
def flow(_flow: Flow) -> Iterator[Flow]:
    """An installation on each broker in turn; whatever workers a test starts end with it."""
    try:
        yield _flow
    finally:
        _flow.end_workers()
