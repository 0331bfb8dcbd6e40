"""How documents are used, by document: people as events come, links as they are now, both under the present id."""

from collections.abc import Sequence
from datetime import timedelta
from unittest.mock import create_autospec

import pytest

from indexer.feed.usage import Usage
from retrieval.authority import UsageStats
from schemas.instants import milliseconds
from stores.warehouse import Warehouse
from tests.indexer.world import NOW, World


def people(world: World, usage: Usage, *documents: str) -> dict[str, int]:
    return usage.people(world.tenant, documents, world.clock())


def test_people_are_counted_once_a_minute_and_each_once(world: World) -> None:
    usage = Usage(world.warehouse)
    for user in ("u", "v", "u"):
        world.event("DocumentOpened", user, "d")
    world.event("CitationOpened", "u", "e")
    world.event("SearchServed", "w", "d")
    assert people(world, usage, "d", "e", "f") == {"d": 2, "e": 1}
    world.event("DocumentOpened", "w", "d")
    assert people(world, usage, "d") == {"d": 2}
    world.clock.ahead = timedelta(seconds=61)
    assert people(world, usage, "d") == {"d": 3}


def test_an_event_that_is_stored_late_is_counted(world: World) -> None:
    usage = Usage(world.warehouse)
    world.clock.ahead = timedelta(minutes=5)
    assert people(world, usage, "d") == {}
    world.clock.ahead = timedelta(0)
    world.event("DocumentOpened", "u", "d")
    world.clock.ahead = timedelta(minutes=7)
    assert people(world, usage, "d") == {"d": 1}


@pytest.mark.parametrize(("days", "spans"), [((), 0), ((3,), 1), ((3, 3.5), 1), ((80, 2), 79)])
def test_only_the_days_between_the_first_and_the_last_event_are_counted(days: Sequence[float], spans: int) -> None:
    events = [milliseconds(NOW - timedelta(days=day)) for day in days]
    span, counted = {"first_ms": min(events, default=0), "last_ms": max(events, default=0)}, list[tuple[int, int]]()
    warehouse = create_autospec(Warehouse)
    warehouse.query.side_effect = lambda name, **_: [span if name == "index_people_received" else {"at_ms": 0}]
    warehouse.run.side_effect = lambda name, from_ms, until_ms: counted.append((from_ms, until_ms))
    Usage(warehouse).count(NOW)
    assert len(counted) == spans
    assert all(any(begin <= event < end for begin, end in counted) for event in events)


def test_who_has_not_come_for_long_counts_no_more(world: World) -> None:
    usage = Usage(world.warehouse)
    world.event("DocumentOpened", "u", "d")
    world.event("DocumentOpened", "v", "d")
    assert people(world, usage, "d") == {"d": 2}
    world.clock.ahead = timedelta(days=60)
    world.event("DocumentOpened", "v", "d")
    assert people(world, usage, "d") == {"d": 2}
    world.clock.ahead = timedelta(days=92)
    assert people(world, usage, "d") == {"d": 1}


def test_another_process_counts_on(world: World) -> None:
    world.event("DocumentOpened", "u", "d")
    assert people(world, Usage(world.warehouse), "d") == {"d": 1}
    world.event("DocumentOpened", "v", "d")
    assert people(world, Usage(world.warehouse), "d") == {"d": 2}


def test_links_count_while_they_stand(world: World) -> None:
    usage = Usage(world.warehouse)

    def references() -> int:
        return usage.of(world.tenant, ["cited"], world.clock()).get("cited", UsageStats()).references

    world.put("cited", 1, "x", links=("cited",))
    assert references() == 0
    for n in range(3):
        world.put(f"citing{n}", 1, "x", links=("cited", "cited", "other"))
    assert references() == 3
    world.put("citing0", 2, "x", links=("other",))
    world.put("citing1", 2, deleted=True)
    world.warehouse.execute("OPTIMIZE TABLE documents FINAL")
    assert references() == 1
    world.put("citing2", 2, "x", links=("cited",), acl=("board",))
    assert references() == 0


def test_what_moved_is_what_was_opened_or_linked_to_since(world: World) -> None:
    usage, began = Usage(world.warehouse), world.clock()
    world.put("quiet", 1, "x")
    world.put("citing", 1, "x", links=("cited",))
    world.event("DocumentOpened", "u", "opened")
    assert usage.moved(world.tenant, began, world.clock(), 9) == ["cited", "opened"]
    assert usage.moved(world.tenant, world.clock() + timedelta(seconds=5), world.clock(), 9) == []


def test_the_most_used_are_named_under_their_present_ids(world: World) -> None:
    usage = Usage(world.warehouse)
    for user in ("u", "v"):
        world.event("DocumentOpened", user, "d")
    world.event("DocumentOpened", "u", "e")
    assert usage.most_used(world.tenant, world.clock(), 9) == {"d": 2, "e": 1}
    assert usage.most_used(world.tenant, world.clock(), 1) == {"d": 2}
