"""What a collection lost, holds too much of, or was built by other rules is put right."""

import pytest

from indexer.feed.documents import Pending
from retrieval import passages
from retrieval.encoders import Encoder
from stores.errors import Refused, Retryable
from tests.indexer.indexing.test_sync import counting
from tests.indexer.loop import lose_rows
from tests.indexer.world import World


def test_a_collection_that_was_lost_is_filled_anew(world: World) -> None:
    world.put("d", 1, "x")
    world.fill()
    world.vectors.drop(world.target().collection)
    with pytest.raises(Retryable):
        world.sync.apply(world.target(), [Pending("d", 1, False, False, 0, 0, False)])
    world.fill()
    assert len(world.shown("d")) == 1


@pytest.mark.thorough
def test_a_deletion_of_what_nothing_is_recorded_of_deletes_by_key_all_the_same(world: World) -> None:
    world.put("d", 1, "A sentence of some words. " * 200)
    world.put("e", 1, "stays")
    world.fill()
    assert len(world.shown("d")) > 5
    lose_rows(world, "applied", "documents")
    world.put("d", 2, deleted=True)
    world.put("e", 1, "stays")
    world.sync = world.new_sync()
    assert world.documents.counts(world.tenant, world.target().collection).pending == 2
    world.fill()
    assert (world.shown("d"), len(world.shown("e"))) == ([], 1)
    assert world.documents.counts(world.tenant, world.target().collection).pending == 0


def test_what_a_collection_holds_though_nothing_is_recorded_is_used_and_what_is_too_much_goes(world: World) -> None:
    long = "A sentence of some words. " * 200
    world.put("same", 1, long)
    world.put("shorter", 1, long)
    world.fill()
    lose_rows(world, "applied", "documents")
    world.put("same", 1, long)
    world.put("shorter", 2, "short now")
    sync, encoders = counting(world)
    assert sync.advance(world.target(), 60).finished
    assert len(encoders.texts) == len(world.shown("shorter")) == 1
    assert len(world.shown("same")) > 5


class NoModel:
    """A shelf that lacks the model, or holds it damaged."""

    def get(self, tenant: str, model: str, manifest: str | None = None) -> Encoder:
        raise Refused("the model is damaged")


def test_deletions_and_lists_need_no_model(world: World) -> None:
    with world.together():
        for name in ("gone", "relisted", "rewritten"):
            world.put(name, 1, f"text of {name}")
    world.fill()
    world.put("gone", 2, deleted=True)
    world.put("relisted", 2, "text of relisted", acl=("board",))
    world.put("rewritten", 2, "other text")
    world.put("new", 1, "new text")
    sync = world.new_sync(NoModel())  # type: ignore[arg-type]  # a source of encoders
    with pytest.raises(Refused, match="damaged"):
        sync.advance(world.target(), 60)
    assert world.shown("gone") == world.shown("new") == []
    assert [groups for _, _, groups in world.shown("relisted")] == [("board",)]
    assert [version for version, _, _ in world.shown("rewritten")] == [1]
    counts = world.documents.counts(world.tenant, world.target().collection)
    assert (counts.done, counts.pending) == (1, 2)
    world.fill()
    assert [version for version, _, _ in world.shown("rewritten")] == [2]


def test_rows_of_what_is_not_shown_are_swept(world: World) -> None:
    with world.together():
        for name in ("shown", "unknown"):
            world.put(name, 1, "text")
    world.put("#1", 1, "a name with a number sign")
    world.fill()
    lose_rows(world, "documents")
    world.put("shown", 1, "text")
    world.put("#1", 1, "a name with a number sign")
    assert world.sync.sweep(world.target()) == 1
    assert (world.shown("unknown"), len(world.shown("shown")), len(world.shown("#1"))) == ([], 1, 1)
    assert world.sync.sweep(world.target()) == 0


def test_a_collection_of_older_rules_is_built_anew_and_not_mixed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.put("d", 1, "one text")
    world.fill()
    world.sync.ensure(world.target())
    assert len(world.shown("d")) == 1, "the same rules leave it as it is"
    monkeypatch.setattr(passages, "TITLE_SHARE", 60)
    world.sync.ensure(world.target())
    assert world.shown("d") == []
    world.put("e", 1, "another text")
    world.fill()
    assert len(world.shown("d")) == len(world.shown("e")) == 1


def test_rows_that_nobody_counted_are_removed_with_their_document(world: World) -> None:
    with world.together():
        for name in ("d", "e"):
            world.put(name, 1, "A sentence of some words. " * 200)
    world.fill()
    for name in ("d", "e"):
        assert len(world.shown(name)) > 5
        world.documents.void(world.tenant, world.target().collection, [name], world.clock())
    world.put("d", 2, "short")
    world.fill()
    assert len(world.shown("d")) == 1
    assert len(world.shown("e")) > 5
    world.put("e", 2, deleted=True)
    world.fill()
    assert world.shown("e") == []


def test_a_collection_of_older_rules_stays_while_its_model_cannot_be_had(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put("d", 1, "one text")
    world.fill()
    monkeypatch.setattr(passages, "TITLE_SHARE", 60)
    assert world.sync.outdated(world.target())
    sync = world.new_sync(NoModel())  # type: ignore[arg-type]  # a source of encoders
    sync.ensure(world.target())
    assert not sync.outdated(world.target())
    assert len(world.shown("d")) == 1
    with pytest.raises(Refused):
        sync.ensure(world.target(world.next))
