"""One message of a Slack channel as a document, and the reactions on it. Pure.

The document is of kind `message`: the streams group messages into conversations by thread, or by channel and time. An
export does not say when somebody reacted; the message's time stands for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.instants import of_slack
from connectors.items import Document, Fault, Happened, Item, LeftOut, Removed
from connectors.slack.mrkdwn import links_of, text_of
from connectors.slack.people import People

_OF_PEOPLE = {"", "me_message", "thread_broadcast", "file_share", "file_comment", "bot_add_reply"}
"""Subtypes of messages that somebody wrote; the others tell of joining, of topics, of pins."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel: Slack's id, its name, who may see its messages, how the ids of its documents begin.

    `closed` says that its members alone see it.
    """

    id: str
    name: str
    acl: tuple[str, ...]
    prefix: str
    closed: bool = False

    def document(self, stamp: str, channel: str = "") -> str:
        """Return the id of a message."""
        return f"{self.prefix}{channel or self.id}/{stamp}"


def items(message: object, channel: Channel, people: People, where: str, bots: bool) -> Iterator[Item]:
    """Yield what a message is; messages of programs are left out unless `bots`."""
    stamp = message.get("ts") if isinstance(message, dict) else None
    written = of_slack(stamp)
    if not isinstance(message, dict) or not isinstance(stamp, str) or written is None:
        yield Fault(where, "a message without a ts like 1355517523.000005", where)
        return
    document, subtype = channel.document(stamp), str(message.get("subtype") or "")
    if subtype == "tombstone":
        yield Removed(document, written, ordered=True, closed=channel.closed, final=True)
    elif (message.get("bot_id") or message.get("user") in people.bots or subtype == "bot_message") and not bots:
        yield LeftOut("messages of programs")
    elif subtype not in _OF_PEOPLE and subtype != "bot_message":
        yield LeftOut(f"notices ({subtype})")
    else:
        markup = str(message.get("text") or "")
        yield Document(
            document=document,
            changed=of_slack((message.get("edited") or {}).get("ts")) or written,
            title="",
            body="\n".join(filter(None, (text_of(markup, people), *_files(message)))),
            acl=channel.acl,
            kind="message",
            links=tuple((channel.document(ts, other), words) for other, ts, words in links_of(markup)),
            author=people.user(str(message["user"])) if message.get("user") else None,
            channel=channel.name,
            thread=channel.document(str(message["thread_ts"])) if of_slack(message.get("thread_ts")) else None,
            written=written,
            ordered=True,
            closed=channel.closed,
        )
        yield from _reactions(message, document, people)


def _files(message: Mapping[str, Any]) -> Iterator[str]:
    for file in message.get("files") or ():
        name = (file.get("title") or file.get("name")) if isinstance(file, dict) else None
        if isinstance(name, str):
            yield name


def _reactions(message: Mapping[str, Any], document: str, people: People) -> Iterator[Happened]:
    at = of_slack(message["ts"])
    assert at is not None
    for reaction in message.get("reactions") or ():
        users = reaction.get("users") if isinstance(reaction, dict) else None
        name = str(reaction.get("name") or "") if isinstance(reaction, dict) else ""
        for member in users if isinstance(users, list) and name else ():
            user = people.user(str(member))
            target = {"kind": "message", "document": document}
            said = {"user": user, "target": target, "reaction": name, "change": "added"}
            yield Happened("Reacted", (document, user, name), at, said)
