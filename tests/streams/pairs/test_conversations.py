"""Chat messages become conversation documents: the same in any order, and none from low-value channels."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.pairs.conversations import PREFIX, ConversationRules, Message, Scope, conversations, is_low_value

RULES = ConversationRules(gap_s=60, min_messages=2, max_messages=4, min_characters=5)
THREAD = Scope("acme", "chat", "help", "m0", 0)
DAY = Scope("acme", "chat", "help", "", 20_000)


def _message(number: int, seconds: int, text: str = "", acl: tuple[str, ...] = ("everyone",)) -> Message:
    return Message(f"m{number}", seconds * 1_000, text or f"message number {number}", acl)


def test_a_thread_is_one_document_its_first_message_the_title() -> None:
    (conversation,) = conversations(
        THREAD, [_message(1, 500), _message(0, 0, "Who has\nthe key?"), _message(2, 9_000)], RULES
    )
    assert conversation.title == "Who has"
    assert conversation.body == "the key?\nmessage number 1\nmessage number 2"
    assert conversation.updated == 9_000_000
    assert conversation.messages == ("m0", "m1", "m2")
    assert conversation.document.startswith(PREFIX)


def test_the_thread_s_own_message_stays_first_when_it_was_edited() -> None:
    (conversation,) = conversations(THREAD, [_message(0, 99), _message(1, 5)], RULES)
    assert conversation.messages == ("m0", "m1")


def test_long_threads_are_cut() -> None:
    found = conversations(THREAD, [_message(i, i) for i in range(7)], RULES)
    assert [len(c.messages) for c in found] == [4, 3]
    assert len({c.document for c in found}) == 2


def test_unthreaded_messages_are_grouped_by_silence() -> None:
    found = conversations(DAY, [_message(i, s) for i, s in enumerate([0, 30, 59, 119, 300, 310])], RULES)
    assert [c.messages for c in found] == [("m0", "m1", "m2"), ("m4", "m5")], (
        "59 + 60 s starts anew; a single one is no conversation"
    )


def test_an_earlier_message_gives_the_cluster_another_id() -> None:
    before = conversations(DAY, [_message(1, 30), _message(2, 40)], RULES)
    after = conversations(DAY, [_message(0, 0), _message(1, 30), _message(2, 40)], RULES)
    assert len(before) == len(after) == 1
    assert before[0].document != after[0].document


@pytest.mark.parametrize("channel", ["random", "team-random", "happy-birthday", "Lunch", "off-topic", "berlin_food"])
def test_low_value_channels(channel: str) -> None:
    assert is_low_value(channel, RULES)
    assert conversations(THREAD._replace(channel=channel), [_message(i, i) for i in range(3)], RULES) == []


@pytest.mark.parametrize("channel", ["help-network", "randomness-lab", "funding", "general"])
def test_other_channels(channel: str) -> None:
    assert not is_low_value(channel, RULES)


def test_only_who_may_read_every_message_may_read_the_conversation() -> None:
    (conversation,) = conversations(THREAD, [_message(0, 0, acl=("a", "b")), _message(1, 1, acl=("b", "c"))], RULES)
    assert conversation.acl == ("b",)
    (closed,) = conversations(THREAD, [_message(0, 0, acl=("a",)), _message(1, 1, acl=("c",))], RULES)
    assert closed.acl == ()
    (open_first,) = conversations(THREAD, [_message(0, 0, acl=("everyone",)), _message(1, 1, acl=("a",))], RULES)
    assert open_first.acl == ("a",), "everyone leaves nobody out"
    (all_open,) = conversations(
        THREAD, [_message(0, 0, acl=("everyone", "a")), _message(1, 1, acl=("everyone",))], RULES
    )
    assert all_open.acl == ("everyone",)


def test_empty_messages_do_not_count() -> None:
    assert conversations(THREAD, [_message(0, 0), _message(1, 1, "   ")], RULES) == []


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 900)), unique_by=lambda m: m[0]), st.randoms())
def test_the_order_of_arrival_changes_nothing(sent: list[tuple[int, int]], chance: random.Random) -> None:
    messages = [_message(number, seconds) for number, seconds in sent]
    for scope in (THREAD, DAY):
        result = conversations(scope, messages, RULES)
        chance.shuffle(messages)
        assert conversations(scope, messages, RULES) == result
        grouped = [document for c in result for document in c.messages]
        assert len(grouped) == len(set(grouped))
        assert len({c.document for c in result}) == len(result)
