from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from demo.conversations import LOW_VALUE_CHANNEL, Chat, chat
from demo.corpus import Corpus
from demo.planning import DAY_LASTS, workdays
from schemas.activity import OnMessage, Reacted
from schemas.codec import Rejection, decode, encode
from schemas.documents import DocumentUpserted
from schemas.instants import milliseconds
from schemas.topics import TOPIC_OF, key_of
from streams.pairs.conversations import Conversation, ConversationRules, Message, Scope, conversations

NOW = datetime(2026, 3, 4, 3, tzinfo=UTC)
DAYS = workdays(NOW, 4)
PEOPLE = [f"p{n}" for n in range(12)]


@pytest.fixture(scope="module")
def said(corpus: Corpus) -> Chat:
    return chat(corpus.first, "acme", PEOPLE, DAYS, seed=7)


def messages(said: Chat) -> list[DocumentUpserted]:
    return [event for event in said.events if isinstance(event, DocumentUpserted)]


def test_every_event_is_valid_in_order_and_within_the_days(said: Chat) -> None:
    assert len({event.event_id for event in said.events}) == len(said.events)
    assert all(a.occurred_at <= b.occurred_at for a, b in pairwise(said.events))
    assert DAYS[0] <= said.events[0].occurred_at
    assert said.events[-1].occurred_at < DAYS[-1] + DAY_LASTS < NOW
    for event in said.events:
        topic = TOPIC_OF[type(event).__name__]
        assert not isinstance(decode(topic, key_of(event), encode(event), NOW), Rejection)


def grouped(said: Chat) -> list[Conversation]:
    """Return the conversations that the system makes of the messages."""
    scopes = defaultdict(list)
    for message in messages(said):
        sent = milliseconds(message.occurred_at)
        day = 0 if message.thread else message.occurred_at.toordinal()
        scope = Scope("acme", message.app, message.channel or "", message.thread or "", day)
        scopes[scope].append(Message(message.document, sent, message.body, message.acl or ()))
    rules = ConversationRules()
    return [found for scope, result in scopes.items() for found in conversations(scope, result, rules)]


def test_the_system_makes_just_the_conversations_that_people_know_of(said: Chat) -> None:
    assert {found.document for found in grouped(said)} == set(said.told_in)
    assert len(grouped(said)) == len(said.told_in)


def test_every_question_set_aside_is_asked_once_and_answered_with_its_document(said: Chat, corpus: Corpus) -> None:
    assert sorted(map(sorted, said.told_in.values())) == sorted(sorted(query.relevant) for query in corpus.first.asked)
    by_id = {message.document: message for message in messages(said)}
    for found in grouped(said):
        targets = [link.target for each in found.messages for link in by_id[each].links]
        assert len(targets) == 1
        assert set(targets) <= said.told_in[found.document]


def test_threads_belong_to_one_channel_and_two_people(said: Chat) -> None:
    threads = defaultdict(list)
    for message in messages(said):
        if message.thread:
            threads[message.thread].append(message)
    assert len(threads) >= 20
    for thread in threads.values():
        assert len({message.channel for message in thread}) == 1
        assert len({message.author for message in thread}) == 2
        assert thread[-1].occurred_at - thread[0].occurred_at < timedelta(minutes=10)


def test_talk_without_thread_clusters_in_time(said: Chat) -> None:
    channels = defaultdict(list)
    for message in messages(said):
        if not message.thread and message.channel != LOW_VALUE_CHANNEL:
            channels[message.channel].append(message.occurred_at)
    gaps = [b - a for times in channels.values() for a, b in pairwise(times)]
    assert sum(gap < timedelta(minutes=3) for gap in gaps) >= 20
    assert not [gap for gap in gaps if timedelta(minutes=3) < gap < timedelta(minutes=20)]


def test_conversations_begin_well_apart(said: Chat) -> None:
    sent = {message.document: message.occurred_at for message in messages(said)}
    begun = sorted(sent[found.messages[0]] for found in grouped(said))
    assert all(b - a > timedelta(minutes=20) for a, b in pairwise(begun))


def test_the_low_value_channel_talks_of_no_document(said: Chat) -> None:
    idle = [message for message in messages(said) if message.channel == LOW_VALUE_CHANNEL]
    assert len(idle) == 40
    assert not any(message.links or message.thread for message in idle)


def test_reactions_are_on_messages_of_others_and_some_are_taken_back(said: Chat) -> None:
    authors = {message.document: message.author for message in messages(said)}
    reactions = [event for event in said.events if isinstance(event, Reacted)]
    added = {(r.target_id, r.user, r.reaction): r.occurred_at for r in reactions if r.change == "added"}
    withdrawn = [r for r in reactions if r.change == "withdrawn"]
    assert withdrawn
    assert all(isinstance(r.target, OnMessage) and authors[r.target.document] != r.user for r in reactions)
    assert all(added[r.target_id, r.user, r.reaction] < r.occurred_at for r in withdrawn)


def test_chat_follows_from_the_seed(said: Chat, corpus: Corpus) -> None:
    assert chat(corpus.first, "acme", PEOPLE, DAYS, 7) == said
    assert chat(corpus.first, "acme", PEOPLE, DAYS, 8) != said
