"""Conversations: chat messages grouped into documents worth finding. Pure; times are milliseconds since 1970.

Single messages are too short to mean much, so a thread becomes one document, and so do the unthreaded messages of a
channel that follow each other closely within one day (UTC; the day bounds what has to be looked at again when a message
comes, goes or changes). The first message gives the title, what follows is the body; who may see every message may
see the document. Channels in which people only chat are left out. Ids are deterministic: a thread's from the thread, a
cluster's from its first message; when an earlier message arrives, the cluster has another id and the old document is
superseded.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from retrieval.access import shared
from schemas.ids import stable_id
from streams.sessions.rules import split

PREFIX = "conversation:"
"""How the ids of derived documents begin; senders' own documents do not."""


class ConversationRules(BaseModel):
    """Which messages make a conversation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gap_s: int = Field(default=600, ge=1, description="seconds of silence that part two unthreaded conversations")
    min_messages: int = Field(default=2, ge=1, description="messages; a single one is too short to mean much")
    max_messages: int = Field(
        default=200, ge=2, description="messages of one document; longer ones are cut into several"
    )
    min_characters: int = Field(default=40, ge=0, description="characters of all messages; less than that says nothing")
    title_characters: int = Field(default=200, ge=10, description="characters of the first message that make the title")
    body_characters: int = Field(
        default=200_000, ge=100, description="characters of the body; no search reads further, and brokers have limits"
    )
    low_value: tuple[str, ...] = Field(
        default=(
            "random", "birthday", "birthdays", "lunch", "food", "fun", "memes", "jokes", "pets", "dogs", "cats",
            "watercooler", "water-cooler", "offtopic", "off-topic", "introductions", "kudos", "music", "sports",
        ),
        description="words of a channel's name that say that nobody will search there",
    )  # fmt: skip


class Scope(NamedTuple):
    """What is grouped together: a thread, or a channel's unthreaded messages of one day (`thread` empty)."""

    tenant: str
    app: str
    channel: str
    thread: str
    day: int


class Message(NamedTuple):
    """One current chat message; `sent` in milliseconds."""

    document: str
    sent: int
    text: str
    acl: tuple[str, ...]


class Conversation(NamedTuple):
    """A derived document; `updated` is its last message's time, `messages` their documents in order."""

    document: str
    title: str
    body: str
    acl: tuple[str, ...]
    updated: int
    messages: tuple[str, ...]


def is_low_value(channel: str, rules: ConversationRules) -> bool:
    """Tell whether a channel's name has one of the low-value words in it, as a whole word."""
    name = channel.lower()
    return any(re.search(rf"(^|[^a-z]){re.escape(word)}($|[^a-z])", name) for word in rules.low_value)


def conversations(scope: Scope, messages: Iterable[Message], rules: ConversationRules) -> list[Conversation]:
    """Return the conversation documents of a scope from its current messages, in whatever order."""
    if is_low_value(scope.channel, rules):
        return []
    result = [message for message in messages if message.text.strip()]
    ordered = sorted(result, key=lambda m: (m.document != scope.thread, m.sent, m.document))
    found = [_conversation(scope, number, part, rules) for number, part in enumerate(_parts(scope, ordered, rules))]
    return [
        c for c in found if len(c.messages) >= rules.min_messages and len(c.title) + len(c.body) >= rules.min_characters
    ]


def _parts(scope: Scope, ordered: Sequence[Message], rules: ConversationRules) -> list[list[Message]]:
    if scope.thread:
        most = rules.max_messages
        return [list(ordered[i : i + most]) for i in range(0, len(ordered), most)]
    by_id = {message.document: message for message in ordered}
    accesses = [(message.sent, message.document, "") for message in ordered]
    return [[by_id[d] for _, d, _ in part] for part in split(accesses, rules.gap_s * 1_000, rules.max_messages)]


def _conversation(scope: Scope, number: int, part: Sequence[Message], rules: ConversationRules) -> Conversation:
    named = (scope.thread, number) if scope.thread else ("", part[0].document)
    first, *rest = (message.text.strip() for message in part)
    title = first.split("\n", 1)[0][: rules.title_characters]
    return Conversation(
        PREFIX + stable_id("conversation", scope.tenant, scope.app, scope.channel, *named),
        title,
        "\n".join(text for text in (first[len(title) :].strip(), *rest) if text)[: rules.body_characters],
        shared([message.acl for message in part]),
        max(message.sent for message in part),
        tuple(message.document for message in part),
    )
