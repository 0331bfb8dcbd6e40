"""Document changes: what a batch stores, pure; and on the real warehouse, that the highest version holds."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.document_order import revision
from schemas.documents import DocumentDeleted, DocumentRenamed, DocumentUpserted, Link
from schemas.instants import milliseconds
from schemas.topics import DOCUMENTS
from stores.access_lists import AccessList, key
from stores.errors import Retryable
from stores.settings import Settings
from streams.agents.documents import content_hash, writes
from streams.event_columns import decode_each
from streams.pairs import pair_id
from streams.pairs.documents import DocumentRules
from tests.schemas.samples import WHEN
from tests.streams.agents.batches import POISON, batch_of, table
from tests.streams.document_events import BODY, gone, live_pairs, page
from tests.streams.world import BEGAN, World


@pytest.fixture
def world(stack: Settings, tenant: str) -> Iterator[World]:
    made = World(stack, tenant)
    yield made
    made.remove()


RULES = DocumentRules()
PAGE = DocumentUpserted(
    event_id="p-1", tenant="acme", occurred_at=WHEN, document="p", version=4, app="wiki", title="Printers", body=BODY,
    updated_at=WHEN - timedelta(days=1), author="dana", acl=("staff",), links=(Link(target="q", anchor="toner stock"),),
)  # fmt: skip
GONE = DocumentDeleted(event_id="g-1", tenant="acme", occurred_at=WHEN, document="m", version=9)


def test_a_version_is_an_event_a_document_and_the_pairs_of_its_title_and_links() -> None:
    written = writes(decode_each(batch_of(DOCUMENTS, POISON, PAGE), ()), {}, RULES)
    (event,) = table(written, "events")
    assert (event["event_id"], event["type"], event["document"], event["user"], event["offset"]) == (
        "p-1", "DocumentUpserted", "p", "", 101,
    )  # fmt: skip
    (row,) = table(written, "documents")
    assert (row["document"], row["version"], row["deleted"], row["title"], row["author"], row["acl"]) == (
        "p", 4, 0, "Printers", "dana", ["staff"],
    )  # fmt: skip
    assert (row["link_targets"], row["link_anchors"]) == (["q"], ["toner stock"])
    assert row["updated_at"] == milliseconds(WHEN - timedelta(days=1))
    assert row["content_hash"] == content_hash("Printers", BODY)
    pairs = {pair["kind"]: pair for pair in table(written, "pairs")}
    assert pairs.keys() == {"title_body", "anchor_text", "linked_titles"}
    assert pairs["anchor_text"]["pair"] == pair_id("anchor_text", "acme", "p", "q", "toner stock")
    assert {pair["revision"] for pair in pairs.values()} == {4}
    assert {pair["source_document"] for pair in pairs.values()} == {"p"}


def test_a_deletion_keeps_where_the_document_was_and_gives_no_pair() -> None:
    known = {"app": "chat", "kind": "message", "thread": "m0", "channel": "help", "author": "dana", "updated": 77}
    written = writes(decode_each(batch_of(DOCUMENTS, GONE), ()), {("acme", "m"): known}, RULES)
    (row,) = table(written, "documents")
    assert (row["deleted"], row["version"], row["kind"], row["thread"], row["channel"], row["updated_at"]) == (
        1, 9, "message", "m0", "help", 77,
    )  # fmt: skip
    assert (row["title"], row["body"], row["acl"]) == ("", "", [])
    assert table(written, "pairs") == []


def test_a_deletion_of_something_unknown_is_dated_by_its_event() -> None:
    (row,) = table(writes(decode_each(batch_of(DOCUMENTS, GONE), ()), {}, RULES), "documents")
    assert (row["kind"], row["app"], row["updated_at"]) == ("", "", milliseconds(WHEN))


def test_a_rename_is_a_deletion_that_says_where_to() -> None:
    moved = DocumentRenamed(event_id="r-1", tenant="acme", occurred_at=WHEN, document="p", renamed_to="q", version=5)
    written = writes(decode_each(batch_of(DOCUMENTS, PAGE, moved), ()), {}, RULES)
    kept, gone_row = table(written, "documents")
    assert (kept["renamed_to"], kept["deleted"]) == ("", 0)
    assert (gone_row["document"], gone_row["renamed_to"], gone_row["deleted"], gone_row["acl"]) == ("p", "q", 1, [])
    assert gone_row["revision"] == revision(moved, ())
    assert [(one.document, one.groups) for one in written.lists["acme"]] == [("p", ("staff",)), ("p", None)]
    assert [row["type"] for row in table(written, "events")] == ["DocumentUpserted", "DocumentRenamed"]


def test_the_highest_version_holds_in_whatever_order(world: World) -> None:
    for version in (2, 3, 1, 2):
        world.feed(page(world, version))
    (row,) = world.rows("SELECT version, title FROM current_documents WHERE tenant = {tenant:String}")
    assert row == {"version": 3, "title": "Title 3"}
    assert live_pairs(world) == [("title_body", "", "p", "p")]


def test_updates_and_deletions_withdraw_what_the_old_version_gave(world: World) -> None:
    world.feed(page(world, 1, links=(Link(target="t", anchor="useful words"), Link(target="u"))))
    assert [pair[0] for pair in live_pairs(world)] == ["anchor_text", "linked_titles", "linked_titles", "title_body"]
    world.feed(page(world, 2, links=(Link(target="u"),)))
    assert live_pairs(world) == [("linked_titles", "", "p", "u"), ("title_body", "", "p", "p")]
    world.feed(gone(world, "p", 3))
    assert live_pairs(world) == []
    world.feed(page(world, 1, links=(Link(target="t", anchor="useful words"),)))
    assert live_pairs(world) == [], "a replay of an old version brings nothing back"
    world.feed(page(world, 4, links=(Link(target="t", anchor="useful words"),)))
    assert [pair[0] for pair in live_pairs(world)] == ["anchor_text", "linked_titles", "title_body"]


def test_links_that_the_same_version_no_longer_has_give_nothing(world: World) -> None:
    old = page(world, links=(Link(target="t", anchor="old useful words"), Link(target="u", anchor="some other words")))
    new = page(
        world,
        event_id="p-1b",
        occurred_at=BEGAN + timedelta(hours=1),
        links=(Link(target="t", anchor="new useful words"),),
    )
    world.feed(old)
    world.feed(new)
    now = live_pairs(world)
    assert [pair[:2] + pair[3:] for pair in now] == [
        ("anchor_text", "new useful words", "t"), ("linked_titles", "", "t"), ("title_body", "", "p"),
    ]  # fmt: skip
    world.feed(new.model_copy(update={"event_id": "p-1c"}))
    assert live_pairs(world) == now, "what is sent again under another id is the same"


def test_documents_without_text_and_with_five_megabytes(world: World) -> None:
    world.feed(page(world, document="empty", title="", body=""), page(world, document="big", body="word " * 1_000_000))
    rows = world.rows(
        "SELECT document, length(body) AS n FROM current_documents WHERE tenant = {tenant:String} ORDER BY document"
    )
    assert rows == [{"document": "big", "n": 5_000_000}, {"document": "empty", "n": 0}]
    assert live_pairs(world) == [("title_body", "", "big", "big")]


def test_a_hash_tells_whether_the_text_changed(world: World) -> None:
    world.feed(page(world, 1), page(world, 1, "q", title="Title 1", acl=("few",)), page(world, 1, "r", body=BODY + "."))
    rows = world.rows(
        "SELECT document, content_hash FROM current_documents WHERE tenant = {tenant:String} ORDER BY document"
    )
    p, q, r = (row["content_hash"] for row in rows)
    assert p == q != r


def test_dates_that_the_warehouse_cannot_hold_are_moved_into_its_range(world: World) -> None:
    world.feed(
        page(world, updated_at=BEGAN.replace(year=9_000)),
        page(world, document="old", updated_at=BEGAN.replace(year=1)),
    )
    rows = world.rows("SELECT toYear(updated_at) AS y FROM current_documents WHERE tenant = {tenant:String} ORDER BY y")
    assert rows == [{"y": 1970}, {"y": 2299}]


def test_a_version_brings_its_list_and_a_deletion_or_a_message_none() -> None:
    result = PAGE.model_copy(update={"kind": "message", "document": "m", "version": 1})
    written = writes(decode_each(batch_of(DOCUMENTS, PAGE, result, GONE), ()), {}, RULES)
    assert written.lists == {
        "acme": [
            AccessList("p", revision(PAGE, ("staff",)), ("staff",), content_hash(PAGE.title, PAGE.body)),
            AccessList("m", revision(result, ("staff",)), None),
            AccessList("m", revision(GONE, ()), None),
        ]
    }
    assert [row["revision"] for row in table(written, "documents")] == [one.revision for one in written.lists["acme"]]


def test_a_document_without_a_list_gets_the_rules_list_which_is_nobody() -> None:
    silent = PAGE.model_copy(update={"acl": None})
    for rules, acl in ((RULES, []), (DocumentRules(default_acl=("staff", "hr")), ["staff", "hr"])):
        written = writes(decode_each(batch_of(DOCUMENTS, silent), ()), {}, rules)
        assert [row["acl"] for row in table(written, "documents")] == [acl]
        assert [one.groups for one in written.lists["acme"]] == [tuple(acl)]


def state(world: World) -> tuple[list[dict[str, Any]], object]:
    rows = world.rows(
        "SELECT document, version, deleted, title, body, acl, event_id, toString(revision) AS revision "
        "FROM documents FINAL WHERE tenant = {tenant:String} ORDER BY document"
    )
    lists = world.lists.get(world.tenant, ["p", "q"]).lists
    return rows, {name: (one.groups, one.content) for name, one in lists.items()}


def begin_anew(world: World) -> None:
    world.warehouse.execute("TRUNCATE TABLE documents")
    world.redis.delete(key(world.tenant))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False), st.integers(1, 4))
def test_any_order_and_number_of_arrivals_gives_the_same_end(world: World, chance: Any, batches: int) -> None:  # noqa: ANN401
    later: dict[str, Any] = {"occurred_at": BEGAN + timedelta(seconds=1)}
    result = [
        page(world, 3), page(world, 3, event_id="narrow", acl=("hr",)), page(world, 3, title="other", event_id="o"),
        gone(world, "p", 3), page(world, 2, acl=("staff",), **later),
        page(world, 7, "q"), page(world, 7, "q", event_id="q-hr", acl=("hr",)),
        page(world, 7, "q", event_id="q-later", acl=("hr", "staff"), **later), gone(world, "q", 6),
    ]  # fmt: skip
    begin_anew(world)
    world.feed(*result)
    expected = state(world)
    assert [(row["document"], row["deleted"], row["acl"]) for row in expected[0]] == [
        ("p", 1, []), ("q", 0, ["hr", "staff"]),
    ]  # fmt: skip
    assert expected[1] == {"p": (None, ""), "q": (("hr", "staff"), content_hash("Title 7", BODY))}
    begin_anew(world)
    shuffled = [*result, *result]
    chance.shuffle(shuffled)
    for start in range(0, len(shuffled), -(-len(shuffled) // batches)):
        world.feed(*shuffled[start : start - (-len(shuffled) // batches)])
    assert state(world) == expected


def test_a_batch_is_not_stored_before_its_lists_are(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(tenant: str, lists: object) -> None:
        raise Retryable("Redis is away")

    with monkeypatch.context() as patched:
        patched.setattr(type(world.lists), "put", lambda self, tenant, lists: away(tenant, lists))
        with pytest.raises(Retryable):
            world.feed(page(world))
    assert world.rows("SELECT count() AS n FROM batches WHERE topic_id = {tenant:String}") == [{"n": 0}]
