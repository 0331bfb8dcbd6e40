"""The change feed on a real warehouse: every version that comes is read, in the order of coming, whatever its date."""

from typing import Any

from indexer.feed.changes import Feed, Followed, Position
from tests.indexer.world import World

BEGINNING = Position(0, "", 0)


def read(world: World, after: Position = BEGINNING, limit: int = 100) -> tuple[list[str], Position]:
    found = Feed(world.warehouse).read(world.tenant, after, limit)
    return [change.document for change in found], found[-1].position if found else after


def test_what_comes_is_read_once_in_the_order_of_coming_also_after_merges(world: World) -> None:
    for name in "cab":
        world.put(name, 1, "x")
    first, position = read(world)
    assert first == ["c", "a", "b"]
    world.put("d", 1, "x")
    world.put("a", 2, "y")
    world.warehouse.execute("OPTIMIZE TABLE document_changes FINAL")
    again, end = read(world, position)
    assert again == ["d", "a"]
    assert read(world, end) == ([], end)
    assert read(world)[0] == ["c", "a", "b", "d", "a"]


def test_a_version_that_is_older_and_comes_late_is_read(world: World) -> None:
    world.put("d", 5, "five")
    _, position = read(world)
    world.put("d", 3, "three")
    world.put("e", 1, "long ago")
    assert read(world, position)[0] == ["d", "e"]


def test_pages_end_within_one_insert(world: World) -> None:
    world.documents.feed.look_again(world.tenant, ["c", "a", "b", "a"])
    pages, position = list[list[str]](), BEGINNING
    while (page := read(world, position, 2))[0]:
        pages, position = [*pages, page[0]], page[1]
    assert pages == [["a", "b"], ["c"]]


def test_a_row_says_of_which_revision_it_speaks(world: World) -> None:
    world.put("d", 7, "x")
    world.documents.feed.look_again(world.tenant, ["e"])
    found = {change.document: change.revision for change in Feed(world.warehouse).read(world.tenant, BEGINNING, 9)}
    assert found == {"d": 7 << 192 | world.written, "e": 0}


def test_a_tenants_head_moves_with_its_documents_alone(world: World) -> None:
    world.put("d", 1, "x")
    feed = Feed(world.warehouse)
    before = feed.heads()
    assert feed.heads()[world.tenant] == before[world.tenant] > 0
    world.put("d", 2, "y")
    after = feed.heads()
    assert after[world.tenant] > before[world.tenant]
    assert {t: head for t, head in after.items() if t in before and t != world.tenant} == {
        t: head for t, head in before.items() if t != world.tenant
    }
    assert feed.epoch == 0


class Answers:
    """A warehouse that answers with these heads, one list after the other."""

    def __init__(self, *heads: list[dict[str, Any]]) -> None:
        self.heads, self.asked = list(heads), list[int]()

    def query(self, name: str, **parameters: int) -> list[dict[str, Any]]:
        if name == "documents_tenants":
            return [{"tenant": "quiet"}]
        self.asked.append(parameters["since_us"])
        return self.heads.pop(0)


def test_only_what_is_new_is_asked_for_and_numbers_that_begin_anew_are_noticed() -> None:
    head = {"tenant": "acme", "head": 7, "at_us": 50}
    warehouse: Any = Answers([head], [], [head | {"head": 9, "at_us": 60}], [head | {"head": 2, "at_us": 70}])
    feed, seen = Feed(warehouse), list[tuple[dict[str, int], int]]()
    for _ in range(4):
        seen.append((feed.heads(), feed.epoch))
    assert [epoch for _, epoch in seen] == [0, 0, 0, 1]
    assert [heads["acme"] for heads, _ in seen] == [7, 7, 9, 2]
    assert seen[0][0]["quiet"] == 0, "a tenant whose documents are older than the feed"
    assert warehouse.asked == [0, 50, 50, 60]


def test_how_far_a_collection_followed_is_kept(world: World) -> None:
    feed = Feed(world.warehouse)
    assert feed.followed(world.tenant, "C") is None
    feed.save(world.tenant, "C", Followed(5, False), world.clock())
    feed.save(world.tenant, "C", Followed(9, True), world.clock())
    assert feed.followed(world.tenant, "C") == Followed(9, True)
    assert abs(feed.now().at_us - world.clock().timestamp() * 1e6) < 60e6
