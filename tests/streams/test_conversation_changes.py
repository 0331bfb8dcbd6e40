"""Messages become conversations, whatever comes, goes or changes, and in whatever order."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from schemas.activity import OnMessage, Reacted
from schemas.documents import MAX_VERSION, DocumentDeleted, DocumentUpserted
from schemas.instants import instant, milliseconds
from schemas.topics import DAY_MS, MAX_EVENT_BYTES
from stores.errors import Retryable
from stores.settings import Settings
from streams.conversation_changes import differences, touched
from streams.pairs.conversations import Conversation, Scope
from streams.publisher import Publisher
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
    """Which conversations may have changed."""

    def test_a_message_touches_its_thread_or_its_channel_s_day(self, world: World) -> None:
        given = [message(world, 1, 0, thread="m0"), message(world, 2, 0)]
        world.feed(*given)
        scopes = [
            Scope(world.tenant, "chat", "help", "", milliseconds(BEGAN) // DAY_MS),
            Scope(world.tenant, "chat", "help", "m0", 0),
        ]
        assert touched(world.warehouse, given, {}) == scopes
        assert touched(world.warehouse, given[:1], {}) == scopes[1:]
        assert touched(world.warehouse, [], {}) == []

    def test_a_document_touches_wherever_it_was_in_whatever_form(self, world: World) -> None:
        forms = [
            message(world, 1, 0, thread="m0"), message(world, 1, 0, 2, channel="old"),
            message(world, 1, 3 * 86_400, 3), page(world, 4, "m1"), gone(world, "m1", 5),
        ]  # fmt: skip
        for form in forms:
            world.feed(form)
        began = milliseconds(BEGAN) // DAY_MS
        where = [("help", "", began + 3), ("help", "m0", 0), ("old", "", began)]
        for form in forms:
            assert touched(world.warehouse, [form], {}) == [Scope(world.tenant, "chat", *scope) for scope in where]

    def test_pages_senders_own_conversations_and_messages_of_no_channel_touch_nothing(self, world: World) -> None:
        sent = page(world, document="c", kind="conversation", app="chat", thread="m0")
        others = [page(world), message(world, 1, 0, channel=None), sent]
        world.feed(*others)
        assert touched(world.warehouse, others, {}) == []
        derived = sent.model_copy(update={"document": "conversation:c"})
        assert touched(world.warehouse, [derived], {}) == [Scope(world.tenant, "chat", "", "m0", 0)]

    def test_a_deleted_derived_document_touches_where_it_was(self, world: World) -> None:
        row = {
            "tenant": "acme", "document": "conversation:c", "app": "chat", "kind": "conversation", "channel": "old",
            "thread": "", "updated": 3 * DAY_MS + 1,
        }  # fmt: skip
        prior = {("acme", "conversation:c"): row, ("acme", "c"): {**row, "document": "c"}}
        found = touched(world.warehouse, [gone(world, "conversation:c", 2)], prior)
        assert found == [Scope("acme", "chat", "old", "", 3)]


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


@pytest.mark.parametrize("thread", ["m0", None])
def test_a_message_leaves_where_it_was_though_the_first_attempt_broke_off(
    world: World, monkeypatch: pytest.MonkeyPatch, thread: str | None
) -> None:
    world.feed(*(message(world, i, i, thread=thread) for i in range(3)))
    settle(world)

    def away(*_: object) -> int:
        raise Retryable("Kafka is away")

    moved = world.records(
        "documents.changes", [message(world, 2, 90_000, 2, thread=thread and "m7", body="for few", acl=("hr",))]
    )
    with monkeypatch.context() as broken:
        broken.setattr(Publisher, "deliver", away)
        with pytest.raises(Retryable):
            world.process(moved)
    world.process(moved)
    settle(world)
    assert conversations(world) == [("this is the text of message 0", "this is the text of message 1")]


def test_a_message_that_becomes_a_page_leaves_its_conversation(world: World) -> None:
    world.feed(*(message(world, i, i, thread="m0") for i in range(3)))
    settle(world)
    world.feed(page(world, 2, "m2", acl=("hr",)))
    settle(world)
    assert conversations(world) == [("this is the text of message 0", "this is the text of message 1")]


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


def test_a_yes_in_a_thread_of_several_conversations_gets_no_title_that_may_be_another_s(
    stack: Settings, tenant: str
) -> None:
    world = World(stack, tenant, {"conversations": {"max_messages": 2}})
    said: dict[str, Any] = {"tenant": tenant, "occurred_at": BEGAN, "user": "u", "reaction": "+1"}
    yes = [Reacted(event_id=f"r{n}", target=OnMessage(document=f"m{n}"), **said) for n in range(4)]
    world.feed(*(message(world, n, n, thread="m0") for n in range(2)))
    settle(world)
    world.feed(*yes)
    assert [pair[3] for pair in live_pairs(world) if pair[0] == "reaction"] == ["m1"]
    world.feed(*(message(world, n, n, thread="m0") for n in range(2, 4)))
    settle(world)
    assert len(conversations(world)) == 2
    assert [pair for pair in live_pairs(world) if pair[0] == "reaction"] == []
    world.remove()


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
