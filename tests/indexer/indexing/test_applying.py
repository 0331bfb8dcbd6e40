"""Texts are applied a portion at a time; what needs no model and comes meanwhile does not wait for them."""

from collections.abc import Sequence
from typing import Any

import pytest

from indexer.feed.document import Document
from indexer.feed.documents import Pending
from indexer.indexing import applying, sync
from indexer.indexing.applying import Applied, added, portions
from indexer.indexing.embedding import Embedder
from tests.indexer.world import World


def planned(document: str, characters: int) -> tuple[Pending, Document]:
    body = "x" * characters
    return Pending(document, 1, False, False, 0, 0), Document(document, 1, False, "h", "t", (), 0, 1, body)


def test_a_portion_has_about_as_much_text_as_said_and_one_document_at_least() -> None:
    some = [planned(name, size) for name, size in (("a", 4), ("b", 6), ("c", 1), ("d", 50), ("e", 10))]
    assert ["".join(p.document for p, _ in portion) for portion in portions(some, 10)] == ["ab", "c", "d", "e"]
    assert list(portions([], 10)) == []


def test_what_was_done_adds_up() -> None:
    assert added(Applied(2, 1, 3, 0, True), Applied(1, 0, 1, 2)) == Applied(3, 1, 4, 2, False)


@pytest.fixture
def of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A portion is one document, and others may overtake it at once."""
    monkeypatch.setattr(applying, "PORTION", 1)
    monkeypatch.setattr(applying, "portions", lambda some: portions(some, 1))
    monkeypatch.setattr(sync, "OVERTAKE_EVERY_S", 0.0)


def while_embedding(world: World, monkeypatch: pytest.MonkeyPatch, *steps: Any) -> None:  # noqa: ANN401  # callables
    """Do one step each time that texts are about to be embedded."""
    again, left = Embedder.again, list(steps)

    def encode(self: Embedder, texts: Sequence[str]) -> Any:  # noqa: ANN401  # what it returns
        if left:
            left.pop(0)()
        return again(self, texts)

    monkeypatch.setattr(Embedder, "again", encode)


@pytest.mark.usefixtures("of_one")
def test_a_deletion_overtakes_texts_that_are_being_embedded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.put("secret", 1, "to be deleted")
    world.put("listed", 1, "to be narrowed")
    world.fill()
    for name in "abc":
        world.put(name, 1, f"new text of {name}")
    seen = list[tuple[int, list[tuple[str, ...]]]]()

    def gone() -> None:
        world.put("secret", 2, deleted=True)
        world.put("listed", 2, "to be narrowed", acl=("board",))

    def look() -> None:
        seen.append((len(world.shown("secret")), [acl for _, _, acl in world.shown("listed")]))

    while_embedding(world, monkeypatch, gone, look)
    done = world.sync.advance(world.target(), 60, whole=False)
    assert seen == [(0, [("board",)])]
    assert done.finished
    assert all(len(world.shown(name)) == 1 for name in "abc")
    assert world.plan() == []


@pytest.mark.usefixtures("of_one")
def test_what_changes_while_it_is_embedded_is_written_at_its_newer_version(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put("a", 1, "the first text")
    world.fill()
    for name in "abc":
        world.put(name, 2, f"the second text of {name}")

    def meanwhile() -> None:
        world.put("b", 3, "the third text of b")
        world.put("c", 3, deleted=True)

    while_embedding(world, monkeypatch, meanwhile)
    while not world.sync.advance(world.target(), 60, whole=False).finished:
        pass
    assert {name: [version for version, _, _ in world.shown(name)] for name in "abc"} == {"a": [2], "b": [3], "c": []}
    assert world.plan() == []


@pytest.mark.usefixtures("of_one")
def test_a_budget_that_is_over_leaves_further_texts_for_the_next_round(world: World) -> None:
    for name in "abc":
        world.put(name, 1, f"text of {name}")
    world.sync.ensure(world.target())
    first = world.sync.advance(world.target(), 0)
    assert (first.documents, first.finished) == (1, False)
    assert sum(len(world.shown(name)) for name in "abc") == 1
    assert world.sync.advance(world.target(), 60) == Applied(2, 0, 2, 0, True)
