"""Chat: colleagues ask what the headings ask, others answer with the operation; some talk without threads, some idly.

Every message is a document of kind `message`. Threads and bursts become conversations in the system, not here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal, TypeVar

from demo.corpus import Document, Group, LabelledQuery
from demo.operations import sentences
from demo.phrasing import as_question
from schemas.activity import OnMessage, Reacted
from schemas.documents import EVERYONE, DocumentUpserted, Link
from schemas.envelope import Event
from schemas.ids import stable_id
from schemas.instants import milliseconds
from streams.pairs.conversations import ConversationRules, Message, Scope, conversations

LOW_VALUE_CHANNEL = "random"
"""The channel whose talk is worth nothing to a search; the system is to leave it out."""

T = TypeVar("T")

_DAY = timedelta(hours=10)

# fmt: off
_IDLE = (
    "good morning everyone", "happy birthday!", "who is in for lunch?", "the coffee machine works again", "nice one",
    "have a good weekend", "thanks all", "is it friday yet", "happy birthday from me too", "see you tomorrow",
)
# fmt: on
_THANKS = ("Thanks, that was it.", "That works, thank you.", "Great, thanks!")


@dataclass(frozen=True, slots=True)
class ChatHabits:
    """How chat goes. `threaded`, `thanks`, `reacted` and `withdrawn` are probabilities, `idle` a number of messages.

    `threaded`: a question opens a thread, else it is asked in the channel and answered there within minutes. `thanks`:
    the asker thanks. `reacted`: a reader reacts to a message that answers, `readers` of them see it. `withdrawn`: the
    reaction is taken back.
    """

    threaded: float = 0.65
    thanks: float = 0.4
    reacted: float = 0.35
    readers: int = 3
    withdrawn: float = 0.12
    idle: int = 40


@dataclass(frozen=True, slots=True)
class Chat:
    """What was said and how others reacted, in the order of time.

    `told_in` is the label, for the demo's people alone: the conversations that the system will make of the messages, by
    document id, and the documents that each tells of.
    """

    events: list[Event]
    told_in: dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Talk:
    tenant: str
    people: Sequence[str]
    habits: ChatHabits
    rng: Random


def chat(
    group: Group,
    tenant: str,
    people: Sequence[str],
    days: Sequence[datetime],
    seed: int,
    habits: ChatHabits | None = None,
) -> Chat:
    """Return the chat of the given days: each of the group's `asked` headings once, and idle talk beside it.

    `people` are user ids, at least three; `days` are the beginnings of working days.
    """
    talk = _Talk(tenant, people, habits or ChatHabits(), Random(f"chat:{seed}:{group.name}"))
    documents = {document.id: document for document in group.documents}
    events: list[Event] = []
    told_in: dict[str, frozenset[str]] = {}
    for begins, asked in _spread(group.asked, days, talk.rng):
        said = list(_conversation(asked, documents, begins, talk))
        told_in[_conversation_id(said)] = asked.relevant
        events += said
        events += _reactions(said[1], "white_check_mark", talk)
    for begins, words in _spread(_idle_words(talk), days, talk.rng):
        message = _message(LOW_VALUE_CHANNEL, None, talk.rng.choice(people), words, begins, talk)
        events += [message, *_reactions(message, "joy", talk)]
    return Chat(sorted(events, key=lambda event: (event.occurred_at, event.event_id)), told_in)


def _spread(things: Sequence[T], days: Sequence[datetime], rng: Random) -> Iterator[tuple[datetime, T]]:
    """Yield the things with their times: at even distances over ten hours of each day, so that talk stays apart."""
    if not days:
        return
    per_day = -(-len(things) // len(days))
    for position, thing in enumerate(things):
        day, nth = days[position // per_day], position % per_day
        yield day + _DAY * (nth / per_day) + timedelta(seconds=round(rng.uniform(0, 60), 3)), thing


def _conversation(
    asked: LabelledQuery, documents: dict[str, Document], at: datetime, talk: _Talk
) -> Iterator[DocumentUpserted]:
    """Yield a question, its answer with a link to the document, and what else is said, within ten minutes."""
    rng = talk.rng
    document = documents[min(asked.relevant)]
    asker, helper = rng.sample(list(talk.people), 2)
    channel = f"help-{document.app}"
    thread = stable_id("thread", talk.tenant, asked.text) if rng.random() < talk.habits.threaded else None
    first = next(iter(sentences(document.body)))
    said = [
        (asker, as_question(asked.text, rng), ()),
        (helper, f"That is {document.title}. {first}", (Link(target=document.id, anchor=document.title),)),
    ]
    if document.notes:
        said.append((helper, rng.choice(document.notes), ()))
    if rng.random() < talk.habits.thanks:
        said.append((asker, rng.choice(_THANKS), ()))
    for author, words, links in said:
        yield _message(channel, thread, author, words, at, talk, links)
        at += timedelta(seconds=round(rng.uniform(20, 150), 3))


def _conversation_id(said: Sequence[DocumentUpserted]) -> str:
    """Return the document id under which the system will know this conversation."""
    first = said[0]
    scope = Scope(first.tenant, first.app, first.channel or "", first.thread or "", 0)
    result = [Message(m.document, milliseconds(m.occurred_at), m.body, m.acl or ()) for m in said]
    return conversations(scope, result, ConversationRules(min_messages=1, min_characters=0))[0].document


def _message(
    channel: str,
    thread: str | None,
    author: str,
    words: str,
    at: datetime,
    talk: _Talk,
    links: tuple[Link, ...] = (),
) -> DocumentUpserted:
    name = f"chat:{channel}:{stable_id(talk.tenant, channel, author, at.isoformat())[:12]}"
    return DocumentUpserted(
        event_id=stable_id("message", talk.tenant, name),
        tenant=talk.tenant,
        occurred_at=at,
        document=name,
        version=1,
        app="chat",
        kind="message",
        body=words,
        acl=(EVERYONE,),
        links=links,
        thread=thread,
        channel=channel,
        author=author,
        updated_at=at,
    )


def _idle_words(talk: _Talk) -> list[str]:
    return [talk.rng.choice(_IDLE) for _ in range(talk.habits.idle)]


def _reactions(message: DocumentUpserted, reaction: str, talk: _Talk) -> Iterator[Reacted]:
    """Yield who reacted to the message within some minutes, and who took it back."""
    others = [person for person in talk.people if person != message.author]
    for person in talk.rng.sample(others, min(talk.habits.readers, len(others))):
        if talk.rng.random() >= talk.habits.reacted:
            continue
        at = message.occurred_at + timedelta(seconds=round(talk.rng.uniform(5, 300), 3))
        yield _reacted(message, person, reaction, at, withdrawn=False)
        if talk.rng.random() < talk.habits.withdrawn:
            at += timedelta(seconds=round(talk.rng.uniform(5, 300), 3))
            yield _reacted(message, person, reaction, at, withdrawn=True)


def _reacted(message: DocumentUpserted, person: str, reaction: str, at: datetime, *, withdrawn: bool) -> Reacted:
    change: Literal["added", "withdrawn"] = "withdrawn" if withdrawn else "added"
    return Reacted(
        event_id=stable_id("reacted", message.event_id, person, reaction, change),
        tenant=message.tenant,
        occurred_at=at,
        user=person,
        target=OnMessage(document=message.document),
        reaction=reaction,
        change=change,
    )
