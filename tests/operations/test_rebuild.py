"""Making Redis and Milvus anew from the warehouse: what is asked for, and when it is done."""

import pytest

from operations import rebuild
from operations.connections import Connections
from stores.access_lists import fill, key
from stores.errors import Misconfigured, Retryable
from stores.settings import Settings
from tests.indexer.loop import Loop, first, lose_record, lose_rows
from tests.indexer.world import World


def test_lost_lists_record_and_collections_are_made_anew(world: World, stack: Settings) -> None:
    loop = first(world)
    loop.settle()
    with Connections(stack) as stores:
        assert world.tenant in rebuild.tenants(stores, None)
        lose_record(world)
        stores.redis.delete(key(world.tenant))
        rebuild.check_source(stores, world.tenant)
        assert fill(stores.lists, stores.warehouse, world.tenant) == 12
        lists = world.lists.get(world.tenant, ["d0", "d1"]).lists
        assert {name: one.groups for name, one in lists.items()} == {"d0": ("board",), "d1": ("everyone",)}
        assert rebuild.ask(stores, world.tenant, world.clock()) == []
        assert "serving record" in str(rebuild.left(stores, world.tenant))
        Loop(world).settle()
        assert rebuild.left(stores, world.tenant) is None
        assert len(world.shown("d1")) == 1

        world.vectors.delete(world.target().collection, ["d1#0"])
        assert rebuild.ask(stores, world.tenant, world.clock()) == [world.target().collection]
        assert "being rebuilt, 0 of 12 documents" in str(rebuild.left(stores, world.tenant))
        Loop(world).settle()
        assert rebuild.left(stores, world.tenant) is None
        assert len(world.shown("d1")) == 1


def test_what_the_warehouse_lost_itself_is_not_taken_away_elsewhere_unasked(world: World, stack: Settings) -> None:
    first(world, 3)
    with Connections(stack) as stores:
        lose_rows(world, "documents")
        world.put("d1", 1, "body")
        with pytest.raises(Retryable, match=r"1 of the 3 known documents .*--without-missing"):
            rebuild.check_source(stores, world.tenant)


def test_an_unknown_tenant_is_refused(stack: Settings, tenant: str) -> None:
    with Connections(stack) as stores:
        stores.warehouse.migrate()
        with pytest.raises(Misconfigured, match="no tenant"):
            rebuild.tenants(stores, tenant)
