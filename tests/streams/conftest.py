"""What the suites of this folder share: brokers of both kinds, started once a session."""

from collections.abc import Iterator

import pytest

from tests.streams.brokers import BROKERS, Broker, running


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", params=BROKERS)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    with running(request.param) as broker:
        yield broker
