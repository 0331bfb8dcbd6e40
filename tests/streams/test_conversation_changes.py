"""Messages become conversations, whatever comes, goes or changes, and in whatever order."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from schemas.activity import OnMessage, Reacted
from schemas.documents import MAX_VERSION, DocumentDeleted, DocumentUpserted
from schemas.instants import instant, milliseconds
from schemas.topics import DAY_MS, MAX_EVENT_BYTES
from stores.settings import Settings
from streams.conversation_changes import differences, touched
from streams.pairs.conversations import Conversation, Scope
from tests.schemas.samples import NOW, WHEN
from tests.streams.document_events import conversations, gone, live_pairs, message, page, settle
from tests.streams.world import BEGAN, World


@pytest.fixture
def world(stack: Settings, tenant: str) -> Iterator[World]:
    made = World(stack, tenant)
    yield made
    made.remove()


SCOPE = Scope("acme", "chat", "help", "m1", 0)
WANTED = Conversation("conversation:c", "title", "body", ("staff",), milliseconds(WHEN), ("m1", "m2"))
STORED = {"title": "title", "body": "body", "acl": ["staff"], "version": 5}


def _message(document: str = "m1", **fields: object) -> DocumentUpserted:
    given: dict[str, object] = {
        "event_id": f"e-{document}", "tenant": "acme", "occurred_at": WHEN, "document": document, "version": 1,
        "app": "chat", "kind": "message", "title": "", "body": "words", "channel": "help", "updated_at": WHEN,
    }  # fmt: skip
    return DocumentUpserted.model_validate({**given, **fields})


class TestDifferences:
    """What must be said, given what is stored: pure."""

    def test_nothing_is_said_of_a_conversation_that_is_stored_as_wanted(self) -> None:
        assert differences(SCOPE, [WANTED], {"conversation:c": STORED}, 9, NOW) == []

    @pytest.mark.parametrize("other", [{"title": "x"}, {"body": "x"}, {"acl": []}])
    def test_whatever_differs_is_said_with_a_higher_version(self, other: dict[str, object]) -> None:
        (event,) = differences(SCOPE, [WANTED], {"conversation:c": {**STORED, **other}}, 9, NOW)
        assert isinstance(event, DocumentUpserted)
        assert (event.document, event.version, event.title, event.acl) == ("conversation:c", 9, "title", ("staff",))
        assert (event.thread, event.channel, event.kind, event.updated_at) == (
            "m1",
            "help",
            "conversation",
            instant(WANTED.updated),
        )

    @pytest.mark.parametrize(("stored", "version"), [(5, 9), (8, 9), (9, 10), (400, 401), (MAX_VERSION, MAX_VERSION)])
    def test_a_version_is_the_clock_s_unless_that_is_too_low_and_never_above_the_highest(
        self, stored: int, version: int
    ) -> None:
        (event,) = differences(SCOPE, [WANTED], {"conversation:c": {**STORED, "body": "x", "version": stored}}, 9, NOW)
        assert isinstance(event, DocumentUpserted)
        assert event.version == version

    def test_what_is_stored_and_no_longer_wanted_is_deleted(self) -> None:
        (event,) = differences(SCOPE, [], {"conversation:c": STORED}, 9, NOW)
        assert isinstance(event, DocumentDeleted)
        assert (event.document, event.version) == ("conversation:c", 9)

    def test_the_same_change_has_the_same_id_and_another_version_another(self) -> None:
        one, again, other = (differences(SCOPE, [WANTED], {}, stamp, NOW)[0].event_id for stamp in (9, 9, 10))
        assert one == again != other


class TestTouched:
    """Which conversations may have changed: pure."""

    def test_a_message_touches_its_thread_or_its_channel_s_day(self) -> None:
        assert touched([_message(thread="m0")], {}) == [Scope("acme", "chat", "help", "m0", 0)]
        assert touched([_message()], {}) == [Scope("acme", "chat", "help", "", milliseconds(WHEN) // DAY_MS)]

    def test_a_message_that_moved_touches_where_it_was_too(self) -> None:
        row = {
            "tenant": "acme", "document": "m1", "app": "chat", "kind": "message", "channel": "old", "thread": "",
            "updated": 3 * DAY_MS + 1,
        }  # fmt: skip
        assert touched([_message(thread="m0")], {("acme", "m1"): row}) == [
            Scope("acme", "chat", "help", "m0", 0),
            Scope("acme", "chat", "old", "", 3),
        ]

    def test_pages_and_senders_own_conversations_touch_nothing(self) -> None:
        assert touched([_message(kind="page"), _message("c", kind="conversation", thread="m0")], {}) == []
        derived = _message("conversation:c", kind="conversation", thread="m0")
        assert touched([derived], {}) == [Scope("acme", "chat", "help", "m0", 0)]

    def test_a_message_of_no_channel_and_no_thread_touches_nothing(self) -> None:
        assert touched([_message(channel=None)], {}) == []


def test_a_thread_becomes_a_conversation_and_grows_with_it(world: World) -> None:
    world.feed(message(world, 1, 0, thread="m1"), message(world, 2, 60, thread="m1"))
    assert settle(world) == 1
    assert conversations(world) == [("this is the text of message 1", "this is the text of message 2")]
    world.feed(message(world, 3, 90, thread="m1"))
    settle(world)
    ((title, body),) = conversations(world)
    assert title == "this is the text of message 1"
    assert body == "this is the text of message 2\nthis is the text of message 3"
    assert [pair[0] for pair in live_pairs(world)] == ["conversation"]


def test_repeats_send_nothing(world: World) -> None:
    given = world.feed(*(message(world, i, i, thread="m1") for i in range(4)))
    settle(world)
    world.process(given)
    assert world.sent.messages == []


@pytest.mark.thorough
def test_changed_and_deleted_messages_change_their_conversation(world: World) -> None:
    world.feed(*(message(world, i, i, thread="m0") for i in range(4)))
    settle(world)
    world.feed(gone(world, "m2", 2), message(world, 3, 3, 2, thread="m0", body="another text"))
    settle(world)
    ((_, body),) = conversations(world)
    assert body == "this is the text of message 1\nanother text"
    world.feed(*(gone(world, f"m{i}", 9) for i in range(4)))
    settle(world)
    assert conversations(world) == []
    assert live_pairs(world) == []


def test_unthreaded_messages_are_clustered_and_an_earlier_one_moves_the_cluster(world: World) -> None:
    world.feed(message(world, 2, 100), message(world, 3, 160), message(world, 4, 5_000), message(world, 5, 5_100))
    settle(world)
    assert [title for title, _ in conversations(world)] == [
        "this is the text of message 2",
        "this is the text of message 4",
    ]
    world.feed(message(world, 1, 50))
    settle(world)
    assert [title for title, _ in conversations(world)] == [
        "this is the text of message 1",
        "this is the text of message 4",
    ]


def test_a_conversation_superseded_before_it_came_back_is_removed(world: World) -> None:
    world.feed(message(world, 2, 100), message(world, 3, 160))
    world.feed(message(world, 1, 50))
    settle(world)
    assert [title for title, _ in conversations(world)] == ["this is the text of message 1"]


@pytest.mark.thorough
def test_a_message_that_moves_to_another_thread_leaves_the_first(world: World) -> None:
    world.feed(*(message(world, i, i, thread="m0") for i in range(3)), message(world, 7, 7, thread="m7"))
    settle(world)
    world.feed(message(world, 2, 2, 2, thread="m7"))
    settle(world)
    assert {title: body.count("\n") + 1 for title, body in conversations(world)} == {
        "this is the text of message 0": 1,
        "this is the text of message 7": 1,
    }


def test_low_value_channels_give_noconversations(world: World) -> None:
    world.feed(*(message(world, i, i, channel="random") for i in range(5)))
    assert world.sent.messages == []


def test_a_sender_s_own_conversation_documents_are_left_alone(world: World) -> None:
    world.feed(page(world, document="c", kind="conversation", channel="help", thread="m1", app="chat"))
    world.feed(message(world, 1, 0, thread="m1"), message(world, 2, 60, thread="m1"))
    settle(world)
    assert len(conversations(world)) == 2


@pytest.mark.thorough
def test_a_yes_to_a_message_makes_it_the_answer_of_its_conversation(world: World) -> None:
    world.feed(*(message(world, i, i, thread="m0") for i in range(3)))
    settle(world)
    (conversation,) = world.rows(
        "SELECT document FROM current_documents WHERE tenant = {tenant:String} AND kind = 'conversation'"
    )
    for number, target in enumerate(("m2", "m0", "elsewhere")):
        world.feed(
            Reacted(
                event_id=f"r{number}",
                tenant=world.tenant,
                occurred_at=BEGAN,
                user="u",
                reaction="👍",
                target=OnMessage(document=target),
            )
        )
    assert [pair for pair in live_pairs(world) if pair[0] == "reaction"] == [
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
    assert [pair for pair in live_pairs(world) if pair[0] == "reaction"] == []


@pytest.mark.thorough
def test_a_derived_document_that_somebody_sent_at_the_last_version_stops_nobody(world: World) -> None:
    evil = page(world, MAX_VERSION, "conversation:evil", kind="conversation", app="chat", channel="help")
    world.feed(message(world, 1, 0), message(world, 2, 60), evil)
    assert settle(world) == 2
    assert [title for title, _ in conversations(world)] == ["this is the text of message 1"]
    world.feed(evil)
    settle(world)


@pytest.mark.thorough
def test_a_thread_of_huge_messages_makes_a_document_that_brokers_take(world: World) -> None:
    world.feed(*(message(world, n, n, thread="t", body=f"{n} " + "\x01" * 1_200_000) for n in range(3)))
    (letter,) = world.sent.messages
    assert letter.value is not None
    assert len(letter.value) < MAX_EVENT_BYTES / 4
    assert settle(world) == 1
