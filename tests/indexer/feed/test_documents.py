"""The warehouse as the indexer sees it: what is pending and in which order, what a document is, what is recorded."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from indexer.feed.document import Document
from indexer.feed.documents import UNKNOWN, Counts, Documents, Pending, Record
from retrieval.config import EncoderConfig
from retrieval.passages import READ_CHARACTERS
from retrieval.word_pieces import WordPieces
from schemas.instants import microseconds
from stores.shelf import base_model
from stores.vector_rows import MAX_GROUPS
from tests.indexer.world import NOW as WORLD_NOW
from tests.indexer.world import World

NOW = datetime(2026, 5, 1, 12, 0, 0, 7, tzinfo=UTC)


@dataclass
class Told:
    """A warehouse that answers with the rows it was given, and keeps what it was asked and given."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    inserted: dict[str, list[Any]] = field(default_factory=dict)
    changes: dict[str, list[Any]] = field(default_factory=dict)

    def query(self, name: str, **parameters: object) -> list[dict[str, Any]]:
        self.asked.append((name, parameters))
        return self.rows

    def insert(self, table: str, columns: dict[str, list[Any]]) -> int:
        assert table in {"applied", "document_changes"}
        if table == "applied":
            self.inserted = columns
        else:
            self.changes = columns
        return len(columns["document"])


@cache
def base_pieces() -> WordPieces:
    return WordPieces.of(base_model(), EncoderConfig())


def documents(result: Told) -> Documents:
    warehouse: Any = result
    return Documents(warehouse)


def read(**changed: object) -> Document:
    row = {
        "document": "d", "version": 3, "revision": 7, "gone": 0, "content_hash": "h", "title": "T", "acl": ["all"],
        "updated_ms": 5, "body": "Some words.", "clicked": [], **changed,
    }  # fmt: skip
    result = Told([row])
    found = documents(result).read("acme", ["d"])
    assert result.asked == [
        ("index_documents", {"tenant": "acme", "documents": ["d"], "characters": READ_CHARACTERS + 1})
    ]
    return found["d"]


def test_a_document_comes_split_into_what_is_embedded() -> None:
    found = read()
    assert (found.document, found.version, found.gone, found.acl, found.updated_ms) == ("d", 3, False, ("all",), 5)
    assert (found.passages, found.truncated) == ((), False), "the model that cuts it is not known here"
    cut = found.cut(base_pieces())
    assert (cut.passages, cut.truncated) == (("T\nSome words.",), False)
    long = read(body="word " * 50_000).cut(base_pieces())
    assert (len(long.passages), long.truncated) == (400, False)


def test_groups_above_what_a_row_holds_are_left_out() -> None:
    groups = [f"g{n}" for n in range(MAX_GROUPS + 2)]
    assert read(acl=groups).acl == tuple(groups[:MAX_GROUPS])


def test_what_is_recorded_supersedes_what_it_was_made_from() -> None:
    result, stamp = Told(), microseconds(NOW)
    records = [Record("new", 1, False, "h", 2, False, 0), Record("ahead", 4, True, "", 0, True, stamp + 50)]
    documents(result).record("acme", "C", records, NOW, step=3)
    assert result.inserted["revision"] == [stamp + 3, stamp + 54]
    assert result.inserted["document"] == ["new", "ahead"]
    assert (result.inserted["deleted"], result.inserted["truncated"]) == ([0, 1], [0, 1])
    assert result.inserted["tenant"] == ["acme"] * 2
    documents(result).record("acme", "C", [Record("same", 1, False, "h", 1, False, stamp)], NOW)
    assert result.inserted["revision"] == [stamp + 1]


def test_a_void_document_is_recorded_as_wrong_in_all_its_passages() -> None:
    result = Told()
    documents(result).void("acme", "C", ["a", "b"], NOW)
    columns = result.inserted
    assert (columns["document"], columns["version"], columns["deleted"]) == (["a", "b"], [0, 0], [1, 1])
    assert columns["passages"] == [UNKNOWN] * 2
    assert result.changes["document"] == ["a", "b"], "collections look at them again"


@pytest.mark.thorough
def test_what_a_collection_shows_is_told_from_what_it_does_not_know(world: World) -> None:
    collection = world.target().collection
    world.put("d", 1, "one")
    world.put("e", 1, "one")
    before = world.documents.among(world.tenant, collection, ["d", "e", "absent"])
    assert {d: state.outstanding for d, state in before.items()} == {"d": True, "e": True}
    first = before["d"].pending
    assert (first.known, first.gone, first.applied_passages, first.applied_revision) == (False, False, 0, 0)
    world.fill()
    assert not world.documents.among(world.tenant, collection, ["d"])["d"].outstanding
    world.put("d", 2, deleted=True)
    state = world.documents.among(world.tenant, collection, ["d"])["d"]
    again = state.pending
    assert (again.document, again.version, again.gone, again.known, again.light) == ("d", 2, True, True, True)
    assert (again.applied_passages, again.applied_revision > 0, state.outstanding) == (1, True, True)
    assert state.revision == 2 << 192 | 1 << 184 | world.written
    assert world.documents.slice(world.tenant, collection, "", "e") == [again]
    assert world.documents.counts(world.tenant, collection) == Counts(total=1, done=1, pending=1)
    (applied,) = world.documents.applied(world.tenant, collection, ["e", "absent"])
    assert applied == Pending("e", 1, False, True, 1, applied.applied_revision)


def test_slices_end_at_ids_and_cover_every_document(world: World) -> None:
    for name in "dacb":
        world.put(name, 1, "one")
    ends, after = list[str](), ""
    while until := world.documents.slice_end(world.tenant, after, 3):
        ends, after = [*ends, until], until
    assert ends == ["c", "d"]
    collection = world.target().collection
    assert [p.document for p in world.documents.slice(world.tenant, collection, "a", "c")] == ["b", "c"]


def test_what_cannot_be_relied_on_is_planned_again(world: World) -> None:
    collection = world.target().collection
    for name in "de":
        world.put(name, 1, "one")
    world.fill()
    assert world.plan() == []
    world.documents.void(world.tenant, collection, ["d"], world.clock())
    assert [p.document for p in world.plan()] == ["d"]
    world.fill()
    world.documents.forget(world.tenant, collection, world.clock())
    assert {p.document for p in world.plan()} == {"d", "e"}


def test_every_document_has_an_id_and_any_change_another_fingerprint(world: World) -> None:
    world.put("d", 1, "one")
    world.put("e", 1, "one")
    before = world.documents.fingerprint(world.tenant)
    assert before[0] == 2
    world.put("d", 2, deleted=True)
    after = world.documents.fingerprint(world.tenant)
    assert (after[0], after[1] == before[1]) == (1, False)
    assert sorted(world.documents.ids(world.tenant)) == ["d", "e"], "gone ones too"


def test_pages_take_turns(world: World) -> None:
    for name in "dacb":
        world.put(name, 1, "x")
    pages = [world.documents.page(world.tenant, turn, 3) for turn in range(4)]
    assert pages == [["a", "b", "c"], ["d"]] * 2
    assert world.documents.page("nobody", 5, 3) == []
    world.put("d", 2, deleted=True)
    assert world.documents.updated(world.tenant, ["a", "d"]) == {"a": WORLD_NOW}


def test_a_resting_tenant_is_recognised_by_its_mark(world: World) -> None:
    world.put("d", 1, "x")
    before = world.documents.marks()[world.tenant]
    assert world.documents.marks()[world.tenant] == before
    world.put("d", 2, "x")
    assert world.documents.marks()[world.tenant] != before
