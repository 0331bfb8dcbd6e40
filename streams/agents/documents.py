"""Document changes: versions as rows, the pairs that they give, and chat messages regrouped into conversations.

Grouping reads the warehouse *after* the batch's messages are stored there, so of two workers that change one
conversation at the same time at least one sees both changes. Versions of derived documents are the warehouse's clock,
read *before* the messages: who saw more has the higher version, and the highest version wins. Nothing is sent when the
document as it stands is already what the messages say; so repeats end by themselves.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from schemas.codec import encode
from schemas.documents import MAX_VERSION, DocumentDeleted, DocumentUpserted
from schemas.envelope import Event
from schemas.ids import stable_id
from schemas.topics import DAY_MS, DOCUMENTS, key_of
from streams.batch import Columns, Prepared, Raw
from streams.config import StreamsConfig
from streams.event_rows import EPOCH, MILLISECOND, in_milliseconds, of_events
from streams.pairs.columns import document_pairs
from streams.pairs.conversations import PREFIX, Conversation, Message, Scope, conversations
from streams.prepare import decoded_one_by_one
from streams.publisher import Letter, Outbox
from streams.write import Writer

Row = dict[str, Any]
Key = tuple[str, str]
"""(tenant, document)."""

_LATEST = datetime(2299, 12, 31, tzinfo=EPOCH.tzinfo)
"""The last day that ClickHouse's DateTime64 reaches."""


class Warehouse(Protocol):
    """What documents need of `stores.warehouse.Warehouse`."""

    def query(self, name: str, **parameters: Any) -> list[Row]:  # noqa: ANN401  # whatever the named query takes
        """Return the rows of a named query."""
        ...


@dataclass(frozen=True, slots=True)
class Documents:
    """The agent of `documents.changes`; safe to use from several threads."""

    warehouse: Warehouse
    writer: Writer
    outbox: Outbox
    config: StreamsConfig
    tenants: Collection[str]

    def process(self, raw: Raw) -> None:
        """Store a batch, then regroup the conversations that it touches. Raises `Retryable`: call again."""
        positions, events, rejected = decoded_one_by_one(raw, self.tenants)
        prior = self._prior(events)
        upserts = [event for event in events if isinstance(event, DocumentUpserted)]
        tables: list[tuple[str, Columns]] = [
            ("events", of_events(raw, positions, events)),
            ("documents", _rows(events, prior, raw.received_at)),
            ("pairs", document_pairs(upserts, self.config.documents)),
        ]
        self.writer.write(Prepared(raw, tables, None, rejected))
        scopes = _scopes(events, prior)
        if scopes:
            changes = self._regrouped(sorted(scopes), raw.received_at)
            self.outbox.deliver(Letter(DOCUMENTS.name, key_of(event), encode(event)) for event in changes)

    def _prior(self, events: Sequence[Event]) -> dict[Key, Row]:
        asked = {
            (event.tenant, event.document)
            for event in events
            if isinstance(event, DocumentDeleted) or (isinstance(event, DocumentUpserted) and event.kind == "message")
        }
        if not asked:
            return {}
        found = self.warehouse.query(
            "documents_prior", tenants=[tenant for tenant, _ in asked], documents=[document for _, document in asked]
        )
        return {(row["tenant"], row["document"]): row for row in found}

    def _regrouped(self, scopes: Sequence[Scope], now: datetime) -> list[Event]:
        stamp = int(self.warehouse.query("clock")[0]["now"])
        asked = {f"{name}s": [scope[i] for scope in scopes] for i, name in enumerate(Scope._fields)}
        messages: dict[Scope, list[Message]] = defaultdict(list)
        for row in self.warehouse.query("conversation_messages", **asked):
            text = row["body"] if row["body"].strip() else row["title"]
            messages[_scope(row, row["day"])].append(Message(row["document"], row["sent"], text, tuple(row["acl"])))
        standing: dict[Scope, dict[str, Row]] = defaultdict(dict)
        for row in self.warehouse.query("conversation_standing", **asked):
            standing[_scope(row, row["day"])][row["document"]] = row
        changes: list[Event] = []
        for scope in scopes:
            wanted = conversations(scope, messages[scope], self.config.conversations)
            changes += _changes(scope, wanted, standing[scope], stamp, now)
        return changes


def _changes(
    scope: Scope, wanted: Sequence[Conversation], standing: Mapping[str, Row], stamp: int, now: datetime
) -> list[Event]:
    """Return the events that turn the derived documents as they stand into the wanted ones."""
    changes: list[Event] = []
    for conversation in wanted:
        known = standing.get(conversation.document)
        said = (conversation.title, conversation.body, list(conversation.acl))
        if known is None or said != (known["title"], known["body"], known["acl"]):
            version = min(max(stamp, known["version"] + 1 if known else 0), MAX_VERSION)
            changes.append(_upserted(scope, conversation, version, now))
    for document in standing.keys() - {conversation.document for conversation in wanted}:
        version = min(max(stamp, standing[document]["version"] + 1), MAX_VERSION)
        changes.append(
            DocumentDeleted(
                event_id=stable_id("superseded", scope.tenant, document, version),
                tenant=scope.tenant,
                occurred_at=now,
                document=document,
                version=version,
            )
        )
    return changes


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
        updated_at=EPOCH + conversation.updated * MILLISECOND,
    )


def _scope(row: Row, day: int) -> Scope:
    return Scope(row["tenant"], row["app"], row["channel"], row["thread"], day)


def _scopes(events: Iterable[Event], prior: Mapping[Key, Row]) -> set[Scope]:
    """Return the scopes whose conversations may have changed: where messages and derived documents are, and were."""
    touched: set[Scope] = set()
    for event in events:
        if isinstance(event, DocumentUpserted) and _groups(event.kind, event.document):
            place = (event.tenant, event.app, event.channel or "", event.thread or "")
            touched.add(Scope(*place, 0 if event.thread else _day(event.updated_at)))
        row = (
            prior.get((event.tenant, event.document)) if isinstance(event, DocumentUpserted | DocumentDeleted) else None
        )
        if row is not None and _groups(row["kind"], row["document"]):
            touched.add(_scope(row, 0 if row["thread"] else row["updated"] // DAY_MS))
    return {scope for scope in touched if scope.thread or scope.channel}


def _groups(kind: str, document: str) -> bool:
    return kind == "message" or (kind == "conversation" and document.startswith(PREFIX))


def _day(moment: datetime) -> int:
    return in_milliseconds(_within(moment)) // DAY_MS


def _within(moment: datetime) -> datetime:
    """Return the moment, moved into what the warehouse can hold."""
    return min(max(moment, EPOCH), _LATEST)


def _rows(events: Sequence[Event], prior: Mapping[Key, Row], now: datetime) -> Columns:
    rows = [_row(event, prior, now) for event in events if isinstance(event, DocumentUpserted | DocumentDeleted)]
    return {name: [row[name] for row in rows] for name in _COLUMNS}


def _row(event: DocumentUpserted | DocumentDeleted, prior: Mapping[Key, Row], now: datetime) -> Row:
    """Return a version's row; a deletion keeps where the document was, so that its conversation can be found again."""
    row: Row = {
        "tenant": event.tenant,
        "document": event.document,
        "version": event.version,
        "event_id": event.event_id,
        "received_at": now,
        **dict.fromkeys(("title", "body", "content_hash"), ""),
        **{name: [] for name in ("link_targets", "link_anchors", "acl")},
    }
    if isinstance(event, DocumentDeleted):
        known = prior.get((event.tenant, event.document), {})
        kept = {name: known.get(name, "") for name in ("app", "kind", "thread", "channel", "author")}
        return {
            **row,
            **kept,
            "deleted": 1,
            "updated_at": known.get("updated", in_milliseconds(_within(event.occurred_at))),
        }
    return {
        **row,
        "deleted": 0,
        "app": event.app,
        "kind": event.kind,
        "title": event.title,
        "body": event.body,
        "link_targets": [link.target for link in event.links],
        "link_anchors": [link.anchor for link in event.links],
        "acl": list(event.acl),
        "thread": event.thread or "",
        "channel": event.channel or "",
        "author": event.author or "",
        "updated_at": in_milliseconds(_within(event.updated_at)),
        "content_hash": content_hash(event.title, event.body),
    }


_COLUMNS = (
    "tenant", "document", "version", "deleted", "app", "kind", "title", "body", "link_targets", "link_anchors", "acl",
    "thread", "channel", "author", "updated_at", "content_hash", "event_id", "received_at",
)  # fmt: skip


def content_hash(title: str, body: str) -> str:
    """Return 32 hexadecimal digits that change when, and only when, an embedding of the document would."""
    return sha256(f"{title}\x1f{body}".encode()).hexdigest()[:32]
