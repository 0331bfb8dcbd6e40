"""Conversations brought up to date: which a batch of document changes touched, and the events that follow from it.

Read this *after* the batch's messages are stored, so that of two workers that change one conversation at the same time
at least one sees both changes. Versions of derived documents are the warehouse's clock, read *before* the messages: who
saw more has the higher version, and the highest version wins. No event follows when the document as it is stored is
already what the messages say; so repeats end by themselves.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from schemas.documents import MAX_VERSION, DocumentChange, DocumentDeleted, DocumentUpserted
from schemas.envelope import Event
from schemas.ids import stable_id
from schemas.instants import instant, milliseconds
from schemas.topics import DAY_MS
from stores.columns import storable
from stores.ports import Queries
from streams.pairs.conversations import PREFIX, Conversation, ConversationRules, Message, Scope, conversations

Row = dict[str, Any]
DocumentKey = tuple[str, str]
"""(tenant, document)."""
Change = DocumentUpserted | DocumentDeleted


def touched(warehouse: Queries, events: Iterable[Event], prior: Mapping[DocumentKey, Row]) -> list[Scope]:
    """Return the scopes whose conversations may have changed: where messages and derived documents are, or were.

    Every scope counts that a message was ever in, whatever it has become: the batch, which is stored, may be a
    repeat of one that broke off. `prior` are rows of `documents_prior`, of the deleted documents.
    """
    changed = [event for event in events if isinstance(event, DocumentChange)]
    if not changed:
        return []
    asked = {"tenants": [event.tenant for event in changed], "documents": [event.document for event in changed]}
    found = {_scope(row, row["day"]) for row in warehouse.query("message_scopes", **asked)}
    for event in changed:
        if isinstance(event, DocumentUpserted) and _derived(event.kind, event.document):
            day = 0 if event.thread else milliseconds(storable(event.updated_at)) // DAY_MS
            found.add(Scope(event.tenant, event.app, event.channel or "", event.thread or "", day))
    for row in prior.values():
        if _derived(row["kind"], row["document"]):
            found.add(_scope(row, 0 if row["thread"] else row["updated"] // DAY_MS))
    return sorted(scope for scope in found if scope.thread or scope.channel)


def _derived(kind: str, document: str) -> bool:
    return kind == "conversation" and document.startswith(PREFIX)


def _scope(row: Row, day: int) -> Scope:
    return Scope(row["tenant"], row["app"], row["channel"], row["thread"], day)


def changes(warehouse: Queries, scopes: Sequence[Scope], rules: ConversationRules, now: datetime) -> list[Change]:
    """Return the events, as of `now`, that make the derived documents of these scopes what their messages say."""
    stamp = int(warehouse.query("clock")[0]["now"])
    asked = {f"{name}s": [scope[i] for scope in scopes] for i, name in enumerate(Scope._fields)}
    messages: dict[Scope, list[Message]] = defaultdict(list)
    for row in warehouse.query("conversation_messages", **asked):
        text = row["body"] if row["body"].strip() else row["title"]
        messages[_scope(row, row["day"])].append(Message(row["document"], row["sent"], text, tuple(row["acl"])))
    stored: dict[Scope, dict[str, Row]] = defaultdict(dict)
    for row in warehouse.query("conversation_standing", **asked):
        stored[_scope(row, row["day"])][row["document"]] = row
    return [
        event
        for scope in scopes
        for event in differences(scope, conversations(scope, messages[scope], rules), stored[scope], stamp, now)
    ]


def differences(
    scope: Scope, wanted: Sequence[Conversation], stored: Mapping[str, Row], stamp: int, now: datetime
) -> list[Change]:
    """Return the events that turn the derived documents of a scope as they are stored into the wanted ones.

    `stored` has title, body, acl and version by document; `stamp` is the version to give, unless it is too low. Pure.
    """
    found: list[Change] = []
    for conversation in wanted:
        known = stored.get(conversation.document)
        content = (conversation.title, conversation.body, list(conversation.acl))
        if known is None or content != (known["title"], known["body"], known["acl"]):
            found.append(_upserted(scope, conversation, _version(known, stamp), now))
    for document in stored.keys() - {conversation.document for conversation in wanted}:
        version = _version(stored[document], stamp)
        found.append(
            DocumentDeleted(
                event_id=stable_id("superseded", scope.tenant, document, version),
                tenant=scope.tenant,
                occurred_at=now,
                document=document,
                version=version,
            )
        )
    return found


def _version(known: Row | None, stamp: int) -> int:
    return min(max(stamp, known["version"] + 1 if known else 0), MAX_VERSION)


def _upserted(scope: Scope, conversation: Conversation, version: int, now: datetime) -> DocumentUpserted:
    return DocumentUpserted(
        event_id=stable_id("conversation", scope.tenant, conversation.document, version),
        tenant=scope.tenant,
        occurred_at=now,
        document=conversation.document,
        version=version,
        app=scope.app,
        kind="conversation",
        title=conversation.title,
        body=conversation.body,
        acl=conversation.acl,
        thread=scope.thread or None,
        channel=scope.channel or None,
        updated_at=instant(conversation.updated),
    )
