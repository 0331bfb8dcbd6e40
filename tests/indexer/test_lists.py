"""Lists in Redis are filled once after they were lost, and are looked at otherwise."""

from indexer.lists import WholeLists
from stores.access_lists import key
from tests.indexer.world import World


def test_lost_lists_are_filled_and_whole_ones_are_left(world: World) -> None:
    world.put("a", 1, "text", acl=("staff",))
    world.put("b", 1, deleted=True)
    keeper = WholeLists(world.lists, world.warehouse)
    world.lists._client.delete(key(world.tenant))
    keeper.keep(world.tenant)
    assert world.lists.whole(world.tenant)
    found = world.lists.get(world.tenant, ["a", "b"]).lists
    assert {name: one.groups for name, one in found.items()} == {"a": ("staff",), "b": None}
    world.lists._client.hdel(key(world.tenant), "a")
    keeper.keep(world.tenant)
    assert world.lists.count(world.tenant) == 1, "they are whole: nothing is read"
