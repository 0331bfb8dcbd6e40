"""What the tests of worker processes share: fleets that end with the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.streams.brokers import Broker
from tests.streams.transport.fleets import Fleet


@pytest.fixture
def fleets(tmp_path: Path, broker: Broker) -> Iterator[Callable[..., Fleet]]:
    made: list[Fleet] = []

    def make(**options: object) -> Fleet:
        made.append(Fleet(broker, tmp_path, **options))
        return made[-1]

    yield make
    for worker in [worker for fleet in made for worker in fleet.workers]:
        worker.kill()
        worker.wait()
