"""Which tenants there are: by Redis, by the setting, by what was sent; and what each lacks for a search."""

from collections.abc import Iterator

import pytest

from operations import tenants
from operations.connections import Connections
from stores.errors import Misconfigured, Refused, Retryable
from stores.serving import ServingRecord
from stores.settings import Settings
from tests.schemas.packets import NOW


@pytest.fixture
def stores(stack: Settings) -> Iterator[Connections]:
    with Connections(stack) as connected:
        connected.warehouse.migrate()
        yield connected


def serve(stores: Connections, tenant: str) -> None:
    record = ServingRecord(tenant=tenant, model="m", collection=f"C_{tenant}", version=1, moved_at=NOW)
    stores.serving.move(record, {})


def sent(stores: Connections, tenant: str) -> None:
    event = {"topic": "clicks", "topic_id": tenant, "event_id": tenant, "tenant": tenant, "type": "DocumentOpened"}
    stores.warehouse.insert("events", {name: [value] for name, value in event.items()})


def stored(stores: Connections, tenant: str, *documents: str, **fields: object) -> None:
    for name in documents:
        row = {"tenant": tenant, "document": name, "version": 1, "kind": "page", **fields}
        stores.warehouse.insert("documents", {column: [value] for column, value in row.items()})


def test_a_tenant_is_known_by_any_of_three_things(stack: Settings, stores: Connections, tenant: str) -> None:
    serve(stores, f"{tenant}a")
    sent(stores, f"{tenant}b")
    with Connections(stack.model_copy(update={"tenants": (f"{tenant}c",)})) as configured:
        for end in "abc":
            tenants.check_known(configured, f"{tenant}{end}")
        with pytest.raises(Misconfigured, match=f"--tenant: there is no tenant '{tenant}'"):
            tenants.check_known(configured, tenant)
    tenants.check_known(stores, tenant, ["a row of it"])
    with pytest.raises(Misconfigured, match=f"no tenant '{tenant}bb', the nearest known name is '{tenant}b'"):
        tenants.check_known(stores, f"{tenant}bb")


def test_without_the_warehouse_only_what_is_known_can_be_said(
    stack: Settings, stores: Connections, tenant: str
) -> None:
    serve(stores, tenant)
    away = stack.model_copy(update={"clickhouse_url": type(stack.clickhouse_url)("http://127.0.0.1:1/")})
    with Connections(away) as connected:
        tenants.check_served(connected, tenant)
        tenants.check_served(connected, f"{tenant}x")
        with pytest.raises(Retryable):
            tenants.check_known(connected, f"{tenant}x")
    with pytest.raises(Misconfigured, match="nearest known name"):
        tenants.check_served(stores, f"{tenant}x")


def test_what_a_search_lacks_is_said(stores: Connections, tenant: str) -> None:
    with pytest.raises(Misconfigured, match="there is no tenant"):
        tenants.check_answerable(stores, tenant)
    sent(stores, tenant)
    stored(stores, tenant, "chat", kind="message")
    stored(stores, tenant, "gone", deleted=1)
    with pytest.raises(Refused, match="no documents yet; send some with `tidewheel connect` or `tidewheel emit`"):
        tenants.check_answerable(stores, tenant)
    stored(stores, tenant, "a")
    with pytest.raises(Retryable, match=r"has 1 document that waits to be indexed; see `tidewheel status`"):
        tenants.check_answerable(stores, tenant)
    stored(stores, tenant, "b")
    with pytest.raises(Retryable, match="has 2 documents that wait"):
        tenants.check_answerable(stores, tenant)
    serve(stores, tenant)
    tenants.check_answerable(stores, tenant)
