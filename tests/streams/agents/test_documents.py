"""Document changes on the real warehouse: the highest version holds, pairs follow it, messages become conversations."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from schemas.activity import OnMessage, Reacted
from schemas.codec import Rejection, decode
from schemas.documents import MAX_VERSION, DocumentDeleted, DocumentUpserted, Link
from schemas.envelope import Event
from schemas.topics import DOCUMENTS, MAX_EVENT_BYTES
from stores.settings import Settings
from tests.streams.world import BEGAN, NOW, World

BODY = "a body that says something useful"


@pytest.fixture
def world(stack: Settings, tenant: str) -> Iterator[World]:
    made = World(stack, tenant)
    yield made
    made.remove()


def _page(world: World, version: int = 1, document: str = "p", **fields: Any) -> DocumentUpserted:  # noqa: ANN401  # the event's own
    given: dict[str, Any] = {
        "event_id": f"{document}-{version}", "tenant": world.tenant, "occurred_at": BEGAN, "document": document,
        "version": version, "app": "wiki", "title": f"Title {version}", "body": BODY, "updated_at": BEGAN,
    }  # fmt: skip
    return DocumentUpserted(**{**given, **fields})


def _message(world: World, number: int, seconds: int, version: int = 1, **fields: Any) -> DocumentUpserted:  # noqa: ANN401  # the event's own
    given: dict[str, Any] = {
        "kind": "message", "app": "chat", "title": "", "body": f"this is the text of message {number}",
        "channel": "help", "updated_at": BEGAN + timedelta(seconds=seconds),
    }  # fmt: skip
    return _page(world, version, f"m{number}", **{**given, **fields})


def _gone(world: World, document: str, version: int) -> DocumentDeleted:
    return DocumentDeleted(
        event_id=f"gone-{document}-{version}",
        tenant=world.tenant,
        occurred_at=BEGAN,
        document=document,
        version=version,
    )


def _pairs(world: World) -> list[tuple[str, str, str, str]]:
    rows = world.rows(
        "SELECT kind, anchor, anchor_document, document FROM live_pairs WHERE tenant = {tenant:String} ORDER BY ALL"
    )
    return [tuple(row.values()) for row in rows]


def _settle(world: World) -> int:
    """Let the derived documents come back, as Kafka does, until no more are sent; return how many came."""
    came = 0
    while world.sent.letters:
        letters, world.sent.letters = world.sent.letters, []
        events = [decode(DOCUMENTS, letter.key, letter.value, NOW) for letter in letters]
        assert not [event for event in events if isinstance(event, Rejection)]
        world.feed(*[event for event in events if isinstance(event, Event)])
        came += len(events)
    return came


def _conversations(world: World) -> list[tuple[str, str]]:
    rows = world.rows(
        "SELECT title, body FROM current_documents WHERE tenant = {tenant:String} AND kind = 'conversation' ORDER BY 1"
    )
    return [(row["title"], row["body"]) for row in rows]


def test_the_highest_version_holds_in_whatever_order(world: World) -> None:
    for version in (2, 3, 1, 2):
        world.feed(_page(world, version))
    (row,) = world.rows("SELECT version, title FROM current_documents WHERE tenant = {tenant:String}")
    assert row == {"version": 3, "title": "Title 3"}
    assert _pairs(world) == [("title_body", "", "p", "p")]


def test_updates_and_deletions_withdraw_what_the_old_version_gave(world: World) -> None:
    world.feed(_page(world, 1, links=(Link(target="t", anchor="useful words"), Link(target="u"))))
    assert [pair[0] for pair in _pairs(world)] == ["anchor_text", "linked_titles", "linked_titles", "title_body"]
    world.feed(_page(world, 2, links=(Link(target="u"),)))
    assert _pairs(world) == [("linked_titles", "", "p", "u"), ("title_body", "", "p", "p")]
    world.feed(_gone(world, "p", 3))
    assert _pairs(world) == []
    world.feed(_page(world, 1, links=(Link(target="t", anchor="useful words"),)))
    assert _pairs(world) == [], "a replay of an old version brings nothing back"
    world.feed(_page(world, 4, links=(Link(target="t", anchor="useful words"),)))
    assert [pair[0] for pair in _pairs(world)] == ["anchor_text", "linked_titles", "title_body"]


def test_documents_without_text_and_with_five_megabytes(world: World) -> None:
    world.feed(
        _page(world, document="empty", title="", body=""), _page(world, document="big", body="word " * 1_000_000)
    )
    rows = world.rows(
        "SELECT document, length(body) AS n FROM current_documents WHERE tenant = {tenant:String} ORDER BY document"
    )
    assert rows == [{"document": "big", "n": 5_000_000}, {"document": "empty", "n": 0}]
    assert _pairs(world) == [("title_body", "", "big", "big")]


def test_a_hash_tells_whether_the_text_changed(world: World) -> None:
    world.feed(
        _page(world, 1), _page(world, 1, "q", title="Title 1", acl=("few",)), _page(world, 1, "r", body=BODY + ".")
    )
    rows = world.rows(
        "SELECT document, content_hash FROM current_documents WHERE tenant = {tenant:String} ORDER BY document"
    )
    p, q, r = (row["content_hash"] for row in rows)
    assert p == q != r


def test_dates_that_the_warehouse_cannot_hold_are_moved_into_its_range(world: World) -> None:
    world.feed(
        _page(world, updated_at=BEGAN.replace(year=9_000)),
        _page(world, document="old", updated_at=BEGAN.replace(year=1)),
    )
    rows = world.rows("SELECT toYear(updated_at) AS y FROM current_documents WHERE tenant = {tenant:String} ORDER BY y")
    assert rows == [{"y": 1970}, {"y": 2299}]


def test_a_thread_becomes_a_conversation_and_grows_with_it(world: World) -> None:
    world.feed(_message(world, 1, 0, thread="m1"), _message(world, 2, 60, thread="m1"))
    assert _settle(world) == 1
    assert _conversations(world) == [("this is the text of message 1", "this is the text of message 2")]
    world.feed(_message(world, 3, 90, thread="m1"))
    _settle(world)
    ((title, body),) = _conversations(world)
    assert title == "this is the text of message 1"
    assert body == "this is the text of message 2\nthis is the text of message 3"
    assert [pair[0] for pair in _pairs(world)] == ["conversation"]


def test_repeats_send_nothing(world: World) -> None:
    given = world.feed(*(_message(world, i, i, thread="m1") for i in range(4)))
    _settle(world)
    world.process(given)
    assert world.sent.letters == []


def test_changed_and_deleted_messages_change_their_conversation(world: World) -> None:
    world.feed(*(_message(world, i, i, thread="m0") for i in range(4)))
    _settle(world)
    world.feed(_gone(world, "m2", 2), _message(world, 3, 3, 2, thread="m0", body="another text"))
    _settle(world)
    ((_, body),) = _conversations(world)
    assert body == "this is the text of message 1\nanother text"
    world.feed(*(_gone(world, f"m{i}", 9) for i in range(4)))
    _settle(world)
    assert _conversations(world) == []
    assert _pairs(world) == []


def test_unthreaded_messages_are_clustered_and_an_earlier_one_moves_the_cluster(world: World) -> None:
    world.feed(_message(world, 2, 100), _message(world, 3, 160), _message(world, 4, 5_000), _message(world, 5, 5_100))
    _settle(world)
    assert [title for title, _ in _conversations(world)] == [
        "this is the text of message 2",
        "this is the text of message 4",
    ]
    world.feed(_message(world, 1, 50))
    _settle(world)
    assert [title for title, _ in _conversations(world)] == [
        "this is the text of message 1",
        "this is the text of message 4",
    ]


def test_a_conversation_superseded_before_it_came_back_is_removed(world: World) -> None:
    world.feed(_message(world, 2, 100), _message(world, 3, 160))
    world.feed(_message(world, 1, 50))
    _settle(world)
    assert [title for title, _ in _conversations(world)] == ["this is the text of message 1"]


def test_a_message_that_moves_to_another_thread_leaves_the_first(world: World) -> None:
    world.feed(*(_message(world, i, i, thread="m0") for i in range(3)), _message(world, 7, 7, thread="m7"))
    _settle(world)
    world.feed(_message(world, 2, 2, 2, thread="m7"))
    _settle(world)
    assert {title: body.count("\n") + 1 for title, body in _conversations(world)} == {
        "this is the text of message 0": 1,
        "this is the text of message 7": 1,
    }


def test_low_value_channels_give_no_conversations(world: World) -> None:
    world.feed(*(_message(world, i, i, channel="random") for i in range(5)))
    assert world.sent.letters == []


def test_a_sender_s_own_conversation_documents_are_left_alone(world: World) -> None:
    world.feed(_page(world, document="c", kind="conversation", channel="help", thread="m1", app="chat"))
    world.feed(_message(world, 1, 0, thread="m1"), _message(world, 2, 60, thread="m1"))
    _settle(world)
    assert len(_conversations(world)) == 2


def test_a_yes_to_a_message_makes_it_the_answer_of_its_conversation(world: World) -> None:
    world.feed(*(_message(world, i, i, thread="m0") for i in range(3)))
    _settle(world)
    (conversation,) = world.rows(
        "SELECT document FROM current_documents WHERE tenant = {tenant:String} AND kind = 'conversation'"
    )
    for number, message in enumerate(("m2", "m0", "elsewhere")):
        world.feed(
            Reacted(
                event_id=f"r{number}",
                tenant=world.tenant,
                occurred_at=BEGAN,
                user="u",
                reaction="👍",
                target=OnMessage(document=message),
            )
        )
    assert [pair for pair in _pairs(world) if pair[0] == "reaction"] == [
        ("reaction", "", conversation["document"], "m2")
    ]
    world.feed(
        Reacted(
            event_id="r9",
            tenant=world.tenant,
            occurred_at=BEGAN + timedelta(seconds=1),
            user="u",
            reaction="👍",
            target=OnMessage(document="m2"),
            change="withdrawn",
        )
    )
    assert [pair for pair in _pairs(world) if pair[0] == "reaction"] == []


def test_a_derived_document_that_somebody_sent_at_the_last_version_stops_nobody(world: World) -> None:
    evil = _page(world, MAX_VERSION, "conversation:evil", kind="conversation", app="chat", channel="help")
    world.feed(_message(world, 1, 0), _message(world, 2, 60), evil)
    assert _settle(world) == 2
    assert [title for title, _ in _conversations(world)] == ["this is the text of message 1"]
    world.feed(evil)
    _settle(world)


def test_a_thread_of_huge_messages_makes_a_document_that_brokers_take(world: World) -> None:
    world.feed(*(_message(world, n, n, thread="t", body=f"{n} " + "\x01" * 1_200_000) for n in range(3)))
    (letter,) = world.sent.letters
    assert letter.value is not None
    assert len(letter.value) < MAX_EVENT_BYTES / 4
    assert _settle(world) == 1
