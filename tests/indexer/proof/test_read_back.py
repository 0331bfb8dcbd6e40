"""Reading back by slices; what a whole reading finds stands in `test_verify.py`."""

from collections.abc import Sequence

import pytest

from indexer.indexing.sync import Sync, Target
from indexer.proof.read_back import Findings, ReadBack, pages
from stores.service import Stopped
from stores.vector_rows import primary_key
from stores.vectors import Vectors
from tests.indexer.world import World


def filled(world: World) -> ReadBack:
    with world.together():
        for n in range(9):
            world.put(f"d{n}", 1, f"body {n}")
    world.put("d4", 2, deleted=True)
    world.fill()
    return ReadBack(world.sync, 100, world.clock)


def put(world: World, document: str) -> str:
    """Put a copy of a right row into another document's place."""
    row = world.vectors.rows(world.target().collection, ["d3#0"])["d3#0"]
    key = primary_key(document, 0)
    world.vectors.upsert(world.target().collection, [row | {"pk": key, "document": document}])
    return key


def test_a_slice_has_its_documents_and_what_lies_between_them(world: World) -> None:
    reader, target = filled(world), world.target()
    strays = [put(world, name) for name in ("a", "d2x", "d4", "d6 ✓", "z")]
    world.vectors.delete(target.collection, ["d1#0", "d7#0"])
    first = reader.look(target, ["d0", "d1", "d2", "d3", "d4"], "", "d4")
    assert (first.wrong, first.foreign) == ({"d1": "missing", "d4": "surplus"}, strays[:2])
    rest = reader.look(target, ["d5", "d6", "d7", "d8"], "d4", None)
    assert (rest.wrong, sorted(rest.foreign)) == ({"d7": "missing"}, strays[3:])


def test_what_is_mended_is_right_when_it_is_looked_at_again(world: World) -> None:
    reader, target = filled(world), world.target()
    put(world, "a")
    world.vectors.delete(target.collection, ["d1#0"])
    found = reader.look(target, [f"d{n}" for n in range(9)], "", None)
    again = reader.look_again(target, found)
    assert (again.wrong, again.foreign) == (found.wrong, found.foreign) == ({"d1": "missing"}, ["a#0"])
    reader.repair(target, found)
    assert reader.look_again(target, found).mismatches == 0


@pytest.mark.thorough
@pytest.mark.parametrize("changes", [2, 50])
def test_what_changes_between_every_two_looks_is_not_wrong_and_what_stands_still_is(
    world: World, monkeypatch: pytest.MonkeyPatch, changes: int
) -> None:
    reader, target = filled(world), world.target()
    world.vectors.delete(target.collection, ["d1#0"])
    compare, version = ReadBack._compare, [1]

    def meanwhile(self: ReadBack, target: Target, page: Sequence[str], findings: Findings, **how: bool) -> None:
        if version[0] <= changes:
            version[0] += 1
            world.put("d7", version[0], f"the text of version {version[0]}")
        compare(self, target, page, findings, **how)

    monkeypatch.setattr(ReadBack, "_compare", meanwhile)
    assert reader.read(target).wrong == {"d1": "missing"}
    assert 2 < version[0] < 10


def test_pages_have_all_items_in_order() -> None:
    assert list(pages("abcdefg", 3)) == ["abc", "def", "g"]
    assert list(pages("", 3)) == []


def test_a_repair_of_a_process_that_was_replaced_takes_nothing_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(world)
    put(world, "a")
    lost, holders, delete = list[int](), list[Sync](), Vectors.delete

    def lease() -> None:
        if lost:
            raise Stopped("the lease went to somebody else")

    def late(self: Vectors, collection: str, keys: Sequence[str]) -> None:
        if not holders:
            lost.append(1)
            world.put("a", 1, "it came meanwhile")
            holders.append(world.new_sync())
            assert holders[0].advance(world.target(), 60).finished
        delete(self, collection, keys)

    stale = ReadBack(world.new_sync(check_lease=lease), 100, world.clock)
    found = stale.look(world.target(), [f"d{n}" for n in range(9)], "", None)
    assert found.foreign == ["a#0"]
    monkeypatch.setattr(Vectors, "delete", late)
    with pytest.raises(Stopped):
        stale.repair(world.target(), found)
    assert world.shown("a") == [], "the late removal took it away"
    assert holders[0].advance(world.target(), 60).finished
    assert [version for version, _, _ in world.shown("a")] == [1]
    with pytest.raises(Stopped):
        stale.repair(world.target(), found)
    assert [version for version, _, _ in world.shown("a")] == [1], "it removes nothing any more"
