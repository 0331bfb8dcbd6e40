"""What is applied next: changes by the feed, everything else by comparison, nothing lost and nothing starved."""

from datetime import timedelta
from itertools import chain

import pytest

from indexer.feed import backlog
from indexer.feed.changes import Change, Feed, Position
from indexer.feed.documents import Documents, Pending
from indexer.feed.planner import PlanConfig, Planner
from tests.indexer.loop import lose_rows
from tests.indexer.world import PLAN, World


def planner(world: World, config: PlanConfig = PLAN) -> Planner:
    return Planner(Documents(world.warehouse), config, world.clock)


def taken(planner: Planner, world: World, at_once: int = 10, whole: bool = True) -> list[list[str]]:
    """Take everything that is planned, as though it were applied; return it by batches, each document once."""
    target, found, seen = world.target(), list[list[str]](), set[str]()
    planner.begin(target)
    while batch := planner.next(target, at_once, whole=whole):
        documents = [pending.document for pending in batch]
        planner.applied(target, documents)
        if new := [document for document in documents if document not in seen]:
            found.append(new)
        seen.update(new)
    return found


def filled(world: World, *documents: str) -> Planner:
    """A planner of a collection that shows these documents."""
    for name in documents:
        world.put(name, 1, "text")
    world.fill()
    plan = planner(world)
    assert taken(plan, world) == []
    return plan


def test_what_many_use_comes_first_when_a_collection_is_filled(world: World) -> None:
    for name in "abcd":
        world.put(name, 1, "x")
    for user in ("u", "v"):
        world.event("DocumentOpened", user, "c")
    world.event("CitationOpened", "u", "b")
    assert [p.document for p in world.plan(1)] == ["c", "b", "a", "d"]


def test_a_change_is_planned_once_and_of_what_changed_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = filled(world, *"abcdef")
    world.put("c", 2, "other text")
    compared, among = list[list[str]](), Documents.among

    def noting(self: Documents, tenant: str, collection: str, documents: list[str]) -> object:
        compared.append(documents)
        return among(self, tenant, collection, documents)

    monkeypatch.setattr(Documents, "among", noting)
    assert taken(plan, world) == [["c"]]
    assert compared == [["c"]]
    assert taken(plan, world) == []
    assert compared == [["c"]]


def test_deletions_and_lists_come_before_texts_that_came_earlier(world: World) -> None:
    plan = filled(world, "text", "gone", "listed")
    world.put("text", 2, "other")
    for n in range(3):
        world.put(f"new{n}", 1, "other")
    world.put("listed", 2, "text", acl=("board",))
    world.put("gone", 2, deleted=True)
    assert taken(plan, world, 2) == [["gone", "listed"], ["text", "new0"], ["new1", "new2"]]


def test_an_older_version_that_comes_late_is_nothing_to_do_and_a_newer_one_is(world: World) -> None:
    plan = filled(world, "d")
    world.put("d", 5, "five")
    assert taken(plan, world) == [["d"]]
    world.fill()
    world.put("d", 3, "three")
    assert taken(plan, world) == []
    world.put("d", 6, "six")
    assert taken(plan, world) == [["d"]]


def test_a_change_whose_document_is_not_seen_yet_is_looked_at_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, target = filled(world, "d"), world.target()
    early = Change("d", 2 << 192 | world.written + 1, Position(10**9, "d", 1))
    monkeypatch.setattr(Feed, "read", lambda *given: [early])
    assert taken(plan, world) == []
    assert not plan.settled(target)
    monkeypatch.setattr(Feed, "read", lambda *given: [])
    world.put("d", 2, "the version that was announced")
    assert taken(plan, world) == [["d"]]
    assert plan.settled(target)


def test_a_document_that_never_comes_is_not_waited_for_longer_than_a_minute(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, target = filled(world, "d"), world.target()
    monkeypatch.setattr(Feed, "read", lambda *given: [Change("never", 5, Position(10**9, "never", 1))])
    taken(plan, world)
    monkeypatch.setattr(Feed, "read", lambda *given: [])
    taken(plan, world)
    assert not plan.settled(target)
    world.clock.ahead = timedelta(seconds=61)
    taken(plan, world)
    assert plan.settled(target)


def test_what_the_feed_missed_is_found_by_the_next_comparison_in_slices(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"d{n}" for n in range(9)]
    filled(world, *names)
    plan, target = planner(world, PlanConfig(slice=4, pause_s=1.0, every_s=100.0)), world.target()
    taken(plan, world)
    monkeypatch.setattr(Feed, "read", lambda *given: [])
    world.put("d8", 2, "changed, and the feed does not say so")
    assert taken(plan, world) == []
    assert not plan.compare(target), "it is not time yet"
    found = list[bool]()
    for seconds in (100.0, 100.5, 101.5, 103.0):
        world.clock.ahead = timedelta(seconds=seconds)
        found.append(plan.compare(target))
    assert found == [False, False, False, True]
    assert taken(plan, world, whole=False) == [["d8"]]


def test_what_was_recorded_and_lost_is_found_after_a_restart(world: World) -> None:
    filled(world, "a", "b")
    lose_rows(world, "applied")
    again = planner(world)
    assert taken(again, world, whole=False) == [["a", "b"]], "the feed goes back a little"
    assert taken(planner(world), world) == [["a", "b"]]


def test_a_restart_follows_from_where_the_collection_was_and_compares_in_the_background(world: World) -> None:
    filled(world, *"abc")
    world.put("b", 2, "changed while nobody looked")
    again, target = planner(world), world.target()
    assert taken(again, world, whole=False) == [["b"]]
    assert again.compare(target), "it is not recorded as applied, so it is found again"


def test_what_a_full_backlog_leaves_out_is_compared(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = filled(world, "z")
    monkeypatch.setattr(backlog, "MOST", 2)
    for n in range(6):
        world.put(f"d{n}", 1, "text")
    world.put("z", 2, deleted=True)
    batches = taken(plan, world, 2, whole=False)
    assert batches[0][0] == "z"
    assert sorted(chain(*batches)) == [*(f"d{n}" for n in range(6)), "z"]


def test_feed_and_comparison_take_turns(world: World) -> None:
    filled(world, "z")
    for n in range(4):
        world.put(f"d{n}", 1, "text")
    lose_rows(world, "document_changes")
    for n in range(4):
        world.put(f"e{n}", 1, "text")
    order = taken(planner(world), world, 1)
    assert len(order) == 8
    assert {name[0] for (name,) in order[:2]} == {name[0] for (name,) in order[2:4]} == {"d", "e"}


def test_a_collection_that_is_filled_ends_where_it_began(world: World) -> None:
    for name in "abc":
        world.put(name, 1, "text")
    plan, target, seen = planner(world), world.target(), list[Pending]()
    plan.begin(target)
    while batch := plan.next(target, 1, follow=False):
        seen += batch
        plan.applied(target, [pending.document for pending in batch])
        world.put("b", 2 + len(seen), "changed again")
        world.put(f"A{len(seen)}", 1, "new, and behind the comparison")
    assert [p.document for p in seen] == ["a", "b", "c"]
    afterwards = sorted(chain(*taken(plan, world)))
    assert afterwards == ["A1", "A2", "A3", "a", "b", "c"], "by the feed, from a little before it began"


def test_what_is_forgotten_is_filled_anew(world: World) -> None:
    plan = filled(world, "a", "b")
    plan.forget(world.target())
    assert taken(plan, world) == [["a", "b"]]


def test_deletions_and_lists_share_a_round_with_texts_where_there_is_room(world: World) -> None:
    plan = filled(world, "text", "gone")
    world.put("text", 2, "other")
    world.put("gone", 2, deleted=True)
    assert taken(plan, world, 5) == [["gone", "text"]]


def test_what_came_meanwhile_is_read_and_what_needs_no_model_returned(world: World) -> None:
    plan, target = filled(world, "text", "gone"), world.target()
    world.put("text", 2, "other")
    world.put("gone", 2, deleted=True)
    light, changed = plan.overtaking(target, 5)
    assert ([pending.document for pending in light], changed) == (["gone"], {"text", "gone"})
    plan.applied(target, ["gone"])
    assert plan.overtaking(target, 5) == ([], set())
    assert taken(plan, world, 5) == [["text"]]
