"""Documents: a version is a row of `events` and one of `documents`, a current access list, and gives pairs.

Messages become conversations. A conversation is a document that goes back into the topic that its messages came from,
and through this agent again (`streams.conversation_changes`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from schemas.codec import encode
from schemas.document_order import revision
from schemas.documents import DocumentChange, DocumentRenamed, DocumentUpserted, Removal
from schemas.envelope import Event
from schemas.ids import join_ids
from schemas.instants import milliseconds
from schemas.topics import DOCUMENTS, key_of
from stores.access_lists import AccessList
from stores.columns import storable
from stores.ports import Queries
from streams.agents import AgentContext
from streams.batch import BatchWrites, Columns, RecordBatch
from streams.conversation_changes import DocumentKey, Row, changes, touched
from streams.event_columns import Events, columns_of, decode_each, event_rows
from streams.pairs import pair_id
from streams.pairs.documents import DocumentRules, pairs_of
from streams.publisher import OutgoingMessage

TOPIC = DOCUMENTS

_DOCUMENT = (
    "tenant", "document", "version", "deleted", "app", "kind", "title", "body", "link_targets", "link_anchors", "acl",
    "thread", "channel", "author", "updated_at", "content_hash", "event_id", "received_at",
    "renamed_to", "revision",
)  # fmt: skip


def process(batch: RecordBatch, context: AgentContext) -> None:
    """Store a batch, then send what it makes of the conversations. Raises `Retryable`: call again."""
    decoded = decode_each(batch, context.tenants)
    prior = _prior(context.warehouse, decoded.events)
    context.writer.write(writes(decoded, prior, context.config.documents))
    scopes = touched(context.warehouse, decoded.events, prior)
    if scopes:
        events = changes(context.warehouse, scopes, context.config.conversations, batch.received_at)
        rows = [_row(event, {}, context.config.documents, batch.received_at) for event in events]
        context.writer.put_lists(_lists(rows))  # they hold before the events have come back through the topic
        context.publisher.deliver(OutgoingMessage(DOCUMENTS.name, key_of(event), encode(event)) for event in events)


def writes(decoded: Events, prior: Mapping[DocumentKey, Row], rules: DocumentRules) -> BatchWrites:
    """Return what is to be stored of a batch; `prior` are the stored rows of what it deletes. Pure."""
    events = [event for event in decoded.events if isinstance(event, DocumentChange)]
    rows = [_row(event, prior, rules, decoded.batch.received_at) for event in events]
    upserts = [event for event in events if isinstance(event, DocumentUpserted)]
    tables: list[tuple[str, Columns]] = [
        ("events", event_rows(decoded, {"document": [event.document for event in events]})),
        ("documents", columns_of(rows, _DOCUMENT)),
        ("pairs", _pairs(upserts, rules)),
    ]
    return BatchWrites(decoded.batch, tables, None, decoded.rejected, lists=_lists(rows))


def _prior(warehouse: Queries, events: Sequence[Event]) -> dict[DocumentKey, Row]:
    """Return the newest stored rows of what is deleted."""
    asked = {(event.tenant, event.document) for event in events if isinstance(event, Removal)}
    if not asked:
        return {}
    found = warehouse.query(
        "documents_prior", tenants=[tenant for tenant, _ in asked], documents=[document for _, document in asked]
    )
    return {(row["tenant"], row["document"]): row for row in found}


def _row(event: DocumentChange, prior: Mapping[DocumentKey, Row], rules: DocumentRules, now: datetime) -> Row:
    """Return a version's row; a deletion keeps where the document was, so that its conversation can be found again."""
    acl = [] if isinstance(event, Removal) else list(rules.default_acl if event.acl is None else event.acl)
    row: Row = {
        "tenant": event.tenant,
        "document": event.document,
        "version": event.version,
        "event_id": event.event_id,
        "received_at": now,
        "revision": revision(event, acl),
        "renamed_to": event.renamed_to if isinstance(event, DocumentRenamed) else "",
        **dict.fromkeys(("title", "body", "content_hash"), ""),
        **{name: [] for name in ("link_targets", "link_anchors", "acl")},
    }
    if isinstance(event, Removal):
        known = prior.get((event.tenant, event.document), {})
        kept = {name: known.get(name, "") for name in ("app", "kind", "thread", "channel", "author")}
        updated = known.get("updated", milliseconds(storable(event.occurred_at)))
        return {**row, **kept, "deleted": 1, "updated_at": updated}
    return {
        **row,
        "deleted": 0,
        "app": event.app,
        "kind": event.kind,
        "title": event.title,
        "body": event.body,
        "link_targets": [link.target for link in event.links],
        "link_anchors": [link.anchor for link in event.links],
        "acl": acl,
        "thread": event.thread or "",
        "channel": event.channel or "",
        "author": event.author or "",
        "updated_at": milliseconds(storable(event.updated_at)),
        "content_hash": content_hash(event.title, event.body),
    }


def _lists(rows: Sequence[Row]) -> dict[str, list[AccessList]]:
    """Return the access lists of versions by tenant. Single messages are in no search: they have none."""
    found: dict[str, list[AccessList]] = defaultdict(list)
    for row in rows:
        gone = row["deleted"] or row["kind"] == "message"
        groups, content = (None, "") if gone else (tuple(row["acl"]), row["content_hash"])
        found[row["tenant"]].append(AccessList(row["document"], row["revision"], groups, content))
    return found


def content_hash(title: str, body: str) -> str:
    """Return 32 hexadecimal digits that change when, and only when, an embedding of the document would."""
    return sha256(join_ids(title, body).encode()).hexdigest()[:32]


def _pairs(events: Sequence[DocumentUpserted], rules: DocumentRules) -> Columns:
    """Return the pairs that versions give; the version is their revision, so the highest one holds."""
    rows = [
        (event, pair)
        for event in events
        for pair in pairs_of(
            event.document, event.kind, event.title, event.body, [(k.target, k.anchor) for k in event.links], rules
        )
    ]
    return {
        "tenant": [event.tenant for event, _ in rows],
        "pair": [pair_id(p.kind, event.tenant, event.document, p.document, p.anchor) for event, p in rows],
        "kind": [p.kind for _, p in rows],
        "anchor": [p.anchor for _, p in rows],
        "anchor_document": [p.anchor_document for _, p in rows],
        "document": [p.document for _, p in rows],
        "weight": [p.weight for _, p in rows],
        "source_document": [event.document for event, _ in rows],
        "source_version": [event.version for event, _ in rows],
        "event_ids": [[event.event_id] for event, _ in rows],
        "occurred_at": [event.occurred_at for event, _ in rows],
        "revision": [event.version for event, _ in rows],
    }
