"""Stores are connected when they are needed, and not before."""

import pytest
from pydantic import SecretStr

from operations.connections import Connections
from schemas.learning import CutoverRefused
from schemas.topics import LEARNING, key_of
from stores.errors import Retryable
from stores.settings import Settings
from tests.console.running import records
from tests.schemas.packets import NOW

AWAY = {
    "kafka_bootstrap": "127.0.0.1:1",
    "clickhouse_url": SecretStr("http://127.0.0.1:1/"),
    "milvus_uri": "http://127.0.0.1:1",
}


def test_what_needs_one_store_works_while_the_others_are_away(stack: Settings, tenant: str) -> None:
    with Connections(stack.model_copy(update=AWAY)) as stores:
        assert stores.serving.record(tenant) is None
        with stores.lease(tenant), pytest.raises(Retryable, match="worked on by another"), stores.lease(tenant):
            pass
        with pytest.raises(Retryable):
            assert stores.warehouse


def test_a_published_event_is_on_its_topic(stack: Settings, tenant: str) -> None:
    event = CutoverRefused(
        event_id="e", tenant=tenant, occurred_at=NOW, packet="p", collection="c", by="op", reason="no"
    )
    with Connections(stack) as stores:
        stores.publish(event)
    assert [raw.key for raw in records(stack, LEARNING, f'"{tenant}"'.encode())] == [key_of(event)]


def test_connections_end_with_the_block_and_are_made_anew_after_it(stack: Settings) -> None:
    stores = Connections(stack)
    with stores:
        before = stores.warehouse
        assert stores.warehouse is before
        assert stores.serving.tenants() is not None
    assert stores.warehouse is not before
    stores.close()
    stores.close()
