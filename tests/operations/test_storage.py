"""What is stored is counted, and what the next cleaning removes is what the rules say."""

from datetime import UTC, datetime

import pytest

from operations import storage
from operations.connections import Connections
from stores.retention import RetentionConfig
from stores.settings import Settings
from tests.indexer.loop import first
from tests.indexer.world import World


@pytest.mark.thorough
def test_what_is_in_use_is_counted_and_not_removed(world: World, stack: Settings) -> None:
    loop = first(world)
    loop.settle()
    loop.ready()
    with Connections(stack) as stores:
        strict = RetentionConfig(failed_days=0, applied_days=0, packets=0)
        found = {line["what"]: line for line in storage.lines(stores, strict, datetime.now(UTC), world.tenant)}
    assert (found["collections in use"]["count"], found["packets"]["count"]) == (2, 1)
    assert found["packets"]["bytes"] > 100
    assert found["records of applied documents"]["count"] > 0
    assert found["rows of other tables"]["bytes"] > 0
    assert found["vectors of passages"]["oldest"] is not None
    assert {what for what, line in found.items() if line["removes"]} <= {
        "vectors of passages",
        "changes that collections follow",
    }, "those are ClickHouse's"
    assert all(line["rule"] for line in found.values())
