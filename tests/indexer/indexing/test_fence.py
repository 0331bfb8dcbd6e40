"""A process that was frozen and replaced brings nothing back when it wakes, wherever it was frozen."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from indexer.feed.documents import Documents
from indexer.indexing.sync import Sync
from stores.errors import Retryable
from stores.service import Stopped
from stores.vector_rows import VectorRow
from stores.vectors import Vectors
from tests.indexer.world import World


class Lease:
    """A lease that goes to somebody else when the test says so."""

    def __init__(self) -> None:
        self.lost = False

    def check(self) -> None:
        if self.lost:
            raise Stopped("the lease went to somebody else")


def before(world: World) -> None:
    """A collection that shows two documents, both with new texts that are still to be applied."""
    with world.together():
        for name in ("gone", "kept"):
            world.put(name, 1, "the first text")
    world.fill()
    with world.together():
        for name in ("gone", "kept"):
            world.put(name, 2, "the second text")


def replaced(world: World, lease: Lease) -> Sync:
    """Another process takes over while the first one is frozen, and applies that one of the documents is deleted."""
    lease.lost = True
    world.put("gone", 3, deleted=True)
    holder = world.new_sync()
    assert holder.advance(world.target(), 60).finished
    assert world.shown("gone") == []
    return holder


def test_frozen_between_planning_and_writing_it_writes_nothing(world: World) -> None:
    before(world)
    lease, passed = Lease(), list[int]()

    def freeze() -> None:
        passed.append(len(passed))
        if len(passed) == 2:  # the documents were read, their texts are about to be embedded
            replaced(world, lease)

    old = world.new_sync(yield_point=freeze, check_lease=lease.check)
    with pytest.raises(Stopped):
        old.advance(world.target(), 60)
    assert len(passed) == 2
    assert world.shown("gone") == []
    assert [version for version, _, _ in world.shown("kept")] == [2]


def test_frozen_while_it_writes_it_says_what_is_to_be_made_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before(world)
    lease, holders, upsert = Lease(), list[Sync](), Vectors.upsert

    def late(self: Vectors, collection: str, rows: Sequence[VectorRow]) -> None:
        if not holders:
            holders.append(world.sync)
            holders.append(replaced(world, lease))
        upsert(self, collection, rows)

    monkeypatch.setattr(Vectors, "upsert", late)
    with pytest.raises(Stopped):
        world.new_sync(check_lease=lease.check).advance(world.target(), 60)
    assert len(world.shown("gone")) == 1, "the late write is there"
    assert holders[1].advance(world.target(), 60).finished
    assert world.shown("gone") == []
    assert [version for version, _, _ in world.shown("kept")] == [2]
    counts = world.documents.counts(world.tenant, world.target().collection)
    assert (counts.total, counts.pending) == (1, 0)


def test_a_late_deletion_does_not_take_away_what_came_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.put("d", 1, "the first text")
    world.fill()
    world.put("d", 2, deleted=True)
    lease, holders, delete = Lease(), list[Sync](), Vectors.delete

    def late(self: Vectors, collection: str, keys: Sequence[str]) -> None:
        if not holders:
            lease.lost = True
            world.put("d", 3, "it is back")
            holders.append(world.new_sync())
            assert holders[0].advance(world.target(), 60).finished
        delete(self, collection, keys)

    monkeypatch.setattr(Vectors, "delete", late)
    with pytest.raises(Stopped):
        world.new_sync(check_lease=lease.check).advance(world.target(), 60)
    assert world.shown("d") == [], "the late deletion took it away"
    assert holders[0].advance(world.target(), 60).finished
    assert [version for version, _, _ in world.shown("d")] == [3]


@pytest.mark.thorough
def test_killed_before_it_can_say_so_its_intent_tells(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before(world)
    collection, rows = world.target().collection, killed_while_it_writes(world, monkeypatch)
    holder = replaced(world, Lease())
    world.vectors.upsert(collection, rows)  # it was on its way all the time
    assert holder.advance(world.target(), 60).finished
    assert len(world.shown("gone")) == 1
    assert not holder.compare(world.target())
    world.clock.ahead = timedelta(seconds=61)
    assert holder.compare(world.target())
    assert holder.advance(world.target(), 60).finished
    assert world.shown("gone") == []
    assert [version for version, _, _ in world.shown("kept")] == [2]


def killed_while_it_writes(world: World, monkeypatch: pytest.MonkeyPatch) -> list[VectorRow]:
    """A process passes the fence and is gone before its rows arrive; return those, which are on their way."""
    rows: list[VectorRow] = []

    def killed(self: Vectors, collection: str, given: Sequence[VectorRow]) -> None:
        rows.extend(given)
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Vectors, "upsert", killed)
        with pytest.raises(KeyboardInterrupt):
            world.new_sync().advance(world.target(), 60)
    return rows


def settle(world: World, holder: Sync, minutes: float) -> None:
    """Let so much time pass since the holder began; then it does what is due."""
    world.clock.ahead = timedelta(minutes=minutes, seconds=1)
    holder.compare(world.target())
    assert holder.advance(world.target(), 60).finished


@pytest.mark.thorough
def test_a_write_that_arrives_after_a_second_takeover_does_not_last(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before(world)
    rows = killed_while_it_writes(world, monkeypatch)
    replaced(world, Lease())  # it made everything anew, recorded that, and is gone too
    holder = world.new_sync()
    assert holder.advance(world.target(), 60).finished
    world.vectors.upsert(world.target().collection, rows)
    settle(world, holder, 1)
    assert world.shown("gone") == []
    assert [version for version, _, _ in world.shown("kept")] == [2]


@pytest.mark.thorough
def test_a_write_of_one_that_woke_late_and_died_before_it_could_say_so_does_not_last(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before(world)
    rows = killed_while_it_writes(world, monkeypatch)
    holder = replaced(world, Lease())
    settle(world, holder, 1)
    world.vectors.upsert(world.target().collection, rows)
    assert len(world.shown("gone")) == 1
    settle(world, holder, 9)
    assert len(world.shown("gone")) == 1
    settle(world, holder, 10)
    assert world.shown("gone") == []


def test_while_the_warehouse_is_away_the_tenant_is_lost_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before(world)
    lease, upsert = Lease(), Vectors.upsert

    def late(self: Vectors, collection: str, rows: Sequence[VectorRow]) -> None:
        lease.lost = True
        upsert(self, collection, rows)

    def away(self: Documents, *_: object) -> None:
        raise Retryable("no warehouse")

    monkeypatch.setattr(Vectors, "upsert", late)
    monkeypatch.setattr(Documents, "doubt", away)
    with pytest.raises(Stopped, match="somebody else"):
        world.new_sync(check_lease=lease.check).advance(world.target(), 60)
    assert world.documents.doubtful(world.tenant, world.target().collection) == ["gone", "kept"], "its intents tell"


def test_what_is_written_under_the_lease_is_not_doubted(world: World) -> None:
    before(world)
    assert world.new_sync(check_lease=Lease().check).advance(world.target(), 60).documents == 2
    assert world.documents.doubtful(world.tenant, world.target().collection) == []
    assert world.plan() == []
