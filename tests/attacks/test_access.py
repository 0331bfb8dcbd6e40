"""Attacks on who may see what: lists that change without a version, events in any order, an index that is frozen.

Events go through the streams' own agent; "nothing is indexed" means that no indexer runs meanwhile.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from indexer.lists import WholeLists
from indexer.search.searcher import Searcher
from indexer.search.shown import Found
from schemas.documents import DocumentDeleted, DocumentUpserted
from stores.access_lists import AccessList, key
from stores.settings import Settings
from stores.vector_rows import primary_key, vector_row
from tests.indexer.world import World, live
from tests.streams.world import BEGAN
from tests.streams.world import World as Streams


@dataclass
class House:
    """A tenant whose documents come through the streams; `world` indexes and searches them."""

    streams: Streams
    world: World
    sent: int = 0

    def upserted(self, document: str, version: int = 3, acl: Any = ("everyone",), **fields: Any) -> DocumentUpserted:  # noqa: ANN401
        self.sent += 1
        given: dict[str, Any] = {
            "event_id": f"e{self.sent}", "tenant": self.streams.tenant, "occurred_at": BEGAN, "document": document,
            "version": version, "app": "wiki", "title": f"Title of {document}", "body": "confidential merger plan",
            "updated_at": BEGAN, "acl": acl,
        }  # fmt: skip
        return DocumentUpserted(**{**given, **fields})

    def deleted(self, document: str, version: int = 3) -> DocumentDeleted:
        self.sent += 1
        return DocumentDeleted(
            event_id=f"e{self.sent}", tenant=self.streams.tenant, occurred_at=BEGAN, document=document, version=version
        )

    def take(self, *events: DocumentUpserted | DocumentDeleted) -> None:
        self.streams.feed(*events)

    def found(self, *groups: str, k: int = 10, searcher: Searcher | None = None) -> list[Found]:
        asked = (self.world.tenant, ["merger"], frozenset(groups), k)
        return list((searcher or self.world.searcher).search(*asked)[0].results)

    def ask(self, *groups: str, k: int = 10, searcher: Searcher | None = None) -> list[str]:
        return sorted(found.document for found in self.found(*groups, k=k, searcher=searcher))


@pytest.fixture
def house(stack: Settings, world: World) -> Iterator[House]:
    streams = Streams(stack, world.tenant)
    yield House(streams, replace(world, warehouse=streams.warehouse))
    streams.remove()


def test_a_list_narrowed_at_the_same_version_holds_while_nothing_is_indexed(house: House) -> None:
    house.take(house.upserted("salary"))
    live(house.world)
    assert house.ask() == ["salary"]
    house.take(house.upserted("salary", acl=("hr",)))
    assert house.ask() == []
    assert house.ask("hr") == ["salary"]
    house.world.fill()
    assert {groups for _, _, groups in house.world.shown("salary")} == {("hr",)}
    assert (house.ask(), house.ask("hr")) == ([], ["salary"])


def test_a_redelivered_event_allows_nothing_after_redis_was_emptied(house: House) -> None:
    wide = house.upserted("salary")
    house.take(wide)
    live(house.world)
    house.take(house.upserted("salary", acl=("hr",)), house.deleted("gone", 4))
    house.world.lists._client.delete(key(house.world.tenant))
    house.take(wide, house.upserted("gone"))
    assert (house.ask(), house.ask("hr")) == ([], ["salary"])
    WholeLists(house.world.lists, house.world.warehouse).keep(house.world.tenant)
    assert house.world.lists.whole(house.world.tenant)
    assert (house.ask(), house.ask("hr")) == ([], ["salary"])


def test_a_deletion_holds_while_nothing_is_indexed(house: House) -> None:
    house.take(house.upserted("a"), house.upserted("b"))
    live(house.world)
    house.take(house.deleted("a", 4))
    assert house.ask() == ["b"]


def test_a_redelivered_event_brings_nothing_back(house: House) -> None:
    first = house.upserted("ghost", acl=("everyone",))
    house.take(first)
    live(house.world)
    house.take(house.deleted("ghost"))
    house.world.fill()
    for _ in range(2):
        house.take(first)
        assert house.ask() == []
        house.world.fill()
        assert (house.ask(), house.world.shown("ghost")) == ([], [])


def test_a_redelivered_wider_list_undoes_no_narrower_one(house: House) -> None:
    wide = house.upserted("salary")
    house.take(wide)
    live(house.world)
    house.take(house.upserted("salary", acl=("hr",), occurred_at=BEGAN + timedelta(seconds=1)))
    house.take(wide)
    assert house.ask() == []
    house.world.fill()
    assert (house.ask(), house.ask("hr")) == ([], ["salary"])


def test_a_deletion_that_overtakes_its_document_holds(house: House) -> None:
    house.take(house.upserted("other"))
    live(house.world)
    house.take(house.deleted("ghost", 3))
    house.take(house.upserted("ghost", 3))
    house.world.fill()
    assert house.ask() == ["other"]
    house.take(house.upserted("ghost", 4))
    house.world.fill()
    assert house.ask() == ["ghost", "other"]


def test_a_grant_holds_while_nothing_is_indexed(house: House) -> None:
    house.take(house.upserted("plan", acl=("board",)))
    live(house.world)
    assert house.ask("staff") == []
    house.take(house.upserted("plan", 4, acl=("board", "staff")))
    assert house.ask("staff") == ["plan"]


def test_a_grant_behind_hundreds_of_hidden_documents_holds_while_nothing_is_indexed(house: House) -> None:
    house.take(*(house.upserted(f"hidden{n}", acl=("board",), title=f"merger {n}", body="merger") for n in range(150)))
    other: dict[str, Any] = {"title": "lunch", "body": "soup and salad, bread, a dessert of the day"}
    house.take(house.upserted("menu", acl=("board",), **other))
    live(house.world)
    encoder = house.world.encoders.get(house.world.tenant, house.world.live)
    collection, asked = house.world.target().collection, encoder.encode(["merger"])
    (first,) = house.world.vectors.search(collection, [["merger"]], asked, 20)
    assert "menu" not in {hit.document for ranking in first for hit in ranking}, "a first round does not reach it"
    assert house.ask("staff", k=2) == []
    house.take(house.upserted("menu", 4, acl=("staff",), **other))
    assert house.ask("staff", k=2) == ["menu"]


def test_hidden_documents_move_no_rank_and_no_score(house: House) -> None:
    words = [" ".join(["merger"] * (n + 1) + [f"w{n}"] * (39 - n)) for n in range(30)]
    house.take(*(house.upserted(f"seen{n}", body=body, title="t") for n, body in enumerate(words)))
    live(house.world)
    expected = {k: house.found(k=k) for k in (1, 2, 10, 30)}
    assert [len(found) for found in expected.values()] == [1, 2, 10, 30]
    hidden = [house.upserted(f"hidden{n}", body="merger " * 40, title="t", acl=("board",)) for n in range(60)]
    narrowed = [house.upserted(f"narrowed{n}", body="merger " * 40, title="t") for n in range(60)]
    house.take(*hidden, *narrowed)
    house.world.fill()
    house.take(*(house.upserted(event.document, body=event.body, title="t", acl=()) for event in narrowed))
    assert {k: house.found(k=k) for k in expected} == expected
    assert len(house.found("board", k=100)) == 90


def test_a_wider_list_shows_no_text_that_it_was_not_given_to(house: House) -> None:
    house.take(house.upserted("plan", acl=("board",), title="Merger with Ajax"), house.upserted("talk", acl=("board",)))
    live(house.world)
    house.take(house.upserted("plan", 4, title="Lunch", body="salad"), house.upserted("talk", 4))
    assert house.ask() == ["talk"], "the text of the one is still the board's; the other was only shown to more people"
    assert house.ask("board") == ["plan", "talk"]
    house.world.fill()
    assert {found.title for found in house.found()} == {"Lunch", "Title of talk"}
    house.take(house.upserted("plan", 5, acl=("staff",), body="merger salad"))
    assert house.ask() == ["talk"]
    assert house.ask("staff") == ["plan", "talk"], "staff might read what is indexed"


def test_a_message_taken_away_narrows_its_conversation_before_that_comes_back(house: House) -> None:
    said: dict[str, Any] = {"kind": "message", "app": "chat", "channel": "deals", "thread": "m1", "title": ""}
    house.take(
        house.upserted("m1", body="the merger is planned for the spring of next year", **said),
        house.upserted("m2", body="who else knows of the merger", **said),
    )
    (sent,) = house.streams.sent.messages
    house.take(DocumentUpserted.model_validate_json(sent.value or b""))
    live(house.world)
    (conversation,) = house.ask()
    house.take(house.upserted("m2", 4, body="who else knows of the merger", acl=("board",), **said))
    assert house.ask() == [], "the conversation's own event is still on its way"
    assert house.ask("board") == [conversation]
    house.take(house.upserted("m2", 5, body="nobody else knows of it", **said))
    assert house.ask() == [conversation], "what is indexed is the text of before, which everyone might read"


def test_a_lost_redis_hides_nothing_and_shows_nothing(house: House) -> None:
    house.take(house.upserted("open"), house.upserted("secret"), house.upserted("gone"), house.upserted("kept"))
    live(house.world)
    house.take(house.upserted("secret", acl=("board",)), house.deleted("gone"))
    house.streams.redis.delete(key(house.world.tenant))
    assert house.ask() == ["kept", "open"]
    back = house.world.lists.get(house.world.tenant, ["open", "secret", "gone", "kept"]).lists
    assert {name: one.groups for name, one in back.items()} == {
        "open": ("everyone",), "secret": ("board",), "gone": None, "kept": ("everyone",),
    }  # fmt: skip
    assert house.ask("board") == ["kept", "open", "secret"]


def test_a_row_of_no_document_is_shown_to_nobody(house: House) -> None:
    house.take(house.upserted("open"))
    live(house.world)
    collection = house.world.target().collection
    (stored,) = house.world.vectors.get(collection, [primary_key("open", 0)], with_vectors=True).values()
    assert stored.dense is not None
    planted = vector_row("planted", 0, 1, "h", ("everyone",), "merger", "merger plan", ["plan"], stored.dense, 1.0, 0)
    house.world.vectors.upsert(collection, [planted])
    assert house.ask() == ["open"]


def test_a_document_that_becomes_a_message_or_says_no_list_is_shown_to_nobody(house: House) -> None:
    house.take(house.upserted("talk"), house.upserted("page"), house.upserted("silent"))
    live(house.world)
    house.take(house.upserted("talk", 4, kind="message"), house.upserted("silent", 4, acl=None))
    assert house.ask() == ["page"]
    house.world.fill()
    assert house.ask() == ["page"]


@pytest.mark.parametrize("sent", ["caf\u00e9", "cafe\u0301"])
def test_a_group_is_the_same_in_either_spelling_and_no_other(house: House, sent: str) -> None:
    house.take(*(house.upserted(f"hidden{n}", acl=("board",)) for n in range(30)))
    house.take(house.upserted("menu", acl=(sent,), body="lunch"))
    live(house.world)
    for name in ("caf\u00e9", "cafe\u0301"):
        assert house.ask(name, k=1) == ["menu"]
    assert house.ask("cafe") == []


class RowCopies:
    """The mistake that must be noticed: lists are read from the rows of the index."""

    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, tenant: str, documents: Sequence[str]) -> dict[str, AccessList]:
        keys = {primary_key(document, 0): document for document in documents}
        rows = self._world.vectors.get(self._world.target().collection, list(keys))
        return {keys[name]: AccessList(keys[name], 0, row.acl, row.content_hash) for name, row in rows.items()}

    def documents(self, tenant: str) -> int:
        return 0

    def granted(self, tenant: str, collection: str, groups: Sequence[str]) -> list[str]:
        return []


def test_lists_of_the_rows_are_noticed(house: House) -> None:
    wrong = Searcher(house.world.serving, house.world.vectors, house.world.encoders, RowCopies(house.world))
    house.take(house.upserted("salary"), house.upserted("ghost"))
    live(house.world)
    house.take(house.upserted("salary", acl=("hr",)), house.deleted("ghost"))
    assert house.ask(searcher=wrong) == ["ghost", "salary"]
    assert house.ask() == []
