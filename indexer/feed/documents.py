"""The warehouse as the indexer sees it: what documents should look like, and what was recorded as applied."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from indexer.feed.changes import Feed
from indexer.feed.clicked import ClickedQueries
from indexer.feed.document import Document
from indexer.feed.records import Records
from indexer.feed.usage import Usage
from retrieval.authority import UsageStats
from retrieval.config import ClickedQueriesConfig
from retrieval.passages import READ_CHARACTERS
from schemas.instants import instant, microseconds, milliseconds
from stores.warehouse import Row, Warehouse

UNKNOWN = 2**32 - 1
"""Passages recorded of a document whose number of rows in the collection is not known."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A document whose newest version a collection does not show; `known` when it shows, or may show, another.

    `recorded` when anything was ever recorded of it: of one that is not, the collection may hold any passage.
    `applied_passages` is how many rows of it there may be, or `UNKNOWN`. `light` when it needs no model: it is gone, or
    its text is the one that is recorded.
    """

    document: str
    version: int
    gone: bool
    known: bool
    applied_passages: int
    applied_revision: int
    recorded: bool = True
    light: bool = False


@dataclass(frozen=True, slots=True)
class DocumentState:
    """What a collection shows of a document whose newest row has this revision; `outstanding` unless that holds."""

    pending: Pending
    revision: int
    outstanding: bool


@dataclass(frozen=True, slots=True)
class Record:
    """What a collection shows of a document, to be recorded; `after` is the record's revision that it must supersede.

    `shown` is the document's own revision, 0 when what is there cannot be relied on. Reading back is held against
    `digest`, of the texts and vectors as written (`stores.vector_rows.passages_digest`), and `authority`, as written;
    `clicked` is the digest of the clicked queries.
    """

    document: str
    version: int
    deleted: bool
    content_hash: str
    passages: int
    truncated: bool
    after: int
    shown: int = 0
    digest: str = ""
    authority: float = 0.0
    clicked: str = ""

    @classmethod
    def intent(cls, pending: Pending, most: int) -> "Record":
        """Return what is recorded before a document is written or removed of which there may be `most` passages."""
        return cls(pending.document, 0, False, "", most, False, pending.applied_revision)

    @classmethod
    def shown_now(cls, pending: Pending, d: Document, digest: str, authority: float) -> "Record":
        """Return what is recorded once a document, cut, was written: with this digest of its rows and authority."""
        base = cls(d.document, d.version, False, d.content_hash, len(d.passages), d.truncated, pending.applied_revision)
        return replace(base, shown=d.revision, digest=digest, authority=authority, clicked=d.clicked_digest)

    @classmethod
    def removed(cls, pending: Pending) -> "Record":
        """Return what is recorded once a document was removed."""
        return cls(pending.document, pending.version, True, "", 0, False, pending.applied_revision)


@dataclass(frozen=True, slots=True)
class Counts:
    """Documents that a collection should show, those it shows at their newest version, and changes not yet applied."""

    total: int
    done: int
    pending: int


class Documents:
    """Named queries of the warehouse, as values."""

    def __init__(self, warehouse: Warehouse, clicked: ClickedQueriesConfig | None = None) -> None:
        """Take the warehouse, and the rules of clicked queries; without any the defaults."""
        self.warehouse = warehouse
        self.feed = Feed(warehouse)
        self.records = Records(warehouse)
        self._usage = Usage(warehouse)
        self.clicked = ClickedQueries(warehouse, self.feed, self._usage, clicked or ClickedQueriesConfig())

    def marks(self) -> dict[str, int]:
        """Return a number per tenant that changes with any of its documents."""
        return self.feed.heads()

    def among(self, tenant: str, collection: str, documents: Sequence[str]) -> dict[str, DocumentState]:
        """Return what a collection shows of these documents, by id; those that the warehouse lacks are left out."""
        rows = self.warehouse.query("index_among", tenant=tenant, collection=collection, documents=list(documents))
        return {row["document"]: _state(row) for row in rows}

    def slice_end(self, tenant: str, after: str, rows: int) -> str | None:
        """Return the id at which a slice of at most so many documents behind `after` ends, None when there are none."""
        row = self.warehouse.query("index_slice_end", tenant=tenant, after=after, rows=rows)[0]
        return row["until"] if row["rows"] else None

    def slice(self, tenant: str, collection: str, after: str, until: str) -> list[Pending]:
        """Return the documents behind one id, up to another, that are not shown: what needs no model first."""
        rows = self.warehouse.query("index_slice", tenant=tenant, collection=collection, after=after, until=until)
        return [_state(row).pending for row in rows]

    def applied(self, tenant: str, collection: str, documents: Sequence[str]) -> list[Pending]:
        """Return these documents as they are recorded, to be applied again although nothing of them changed."""
        rows = self.warehouse.query("index_applied", tenant=tenant, collection=collection, documents=list(documents))
        return [Pending(row["document"], row["version"], False, True, row["passages"], row["revision"]) for row in rows]

    def counts(self, tenant: str, collection: str) -> Counts:
        """Return how complete a collection is, by the record."""
        row = self.warehouse.query("index_counts", tenant=tenant, collection=collection)[0]
        return Counts(row["total"], row["done"], row["pending"])

    def read(self, tenant: str, documents: Sequence[str]) -> dict[str, Document]:
        """Return the newest versions of these documents, gone ones included and none of them cut, by id."""
        rows = self.warehouse.query(
            "index_documents", tenant=tenant, documents=list(documents), characters=READ_CHARACTERS + 1
        )
        return {row["document"]: Document.of(row) for row in rows}

    def usage(self, tenant: str, documents: Sequence[str], now: datetime) -> dict[str, UsageStats]:
        """Return the usage of these documents, of those that have any; people as of at most a minute ago."""
        return self._usage.of(tenant, documents, now)

    def people(self, tenant: str, documents: Sequence[str], now: datetime) -> dict[str, int]:
        """Return how many people use each of these documents, of those that anybody uses."""
        return self._usage.people(tenant, documents, now)

    def most_used(self, tenant: str, now: datetime, limit: int) -> dict[str, int]:
        """Return the documents that most people use, at most `limit`, and how many those are."""
        return self._usage.most_used(tenant, now, limit)

    def moved(self, tenant: str, since: datetime, now: datetime, limit: int) -> list[str]:
        """Return documents whose usage may have grown since then, at most `limit`."""
        return self._usage.moved(tenant, since, now, limit)

    def page(self, tenant: str, turn: int, limit: int) -> list[str]:
        """Return `limit` documents in the order of ids: the next ones with every turn, in the end the first again."""
        number = self.warehouse.query("index_number", tenant=tenant)[0]["documents"]
        before = turn % max(1, -(-number // limit)) * limit
        return [
            row["document"] for row in self.warehouse.query("index_page", tenant=tenant, before=before, limit=limit)
        ]

    def updated(self, tenant: str, documents: Sequence[str]) -> dict[str, datetime]:
        """Return when these documents were updated, of those that are shown."""
        rows = self.warehouse.query("index_dates", tenant=tenant, documents=list(documents))
        return {row["document"]: instant(row["updated_ms"]) for row in rows}

    def record(self, tenant: str, collection: str, records: Sequence[Record], now: datetime, step: int = 0) -> None:
        """Record what a collection shows; of one `now`, the highest `step` of a document holds."""
        stamp = microseconds(now)
        self.warehouse.insert(
            "applied",
            {
                "tenant": [tenant] * len(records),
                "collection": [collection] * len(records),
                "document": [r.document for r in records],
                "version": [r.version for r in records],
                "deleted": [int(r.deleted) for r in records],
                "content_hash": [r.content_hash for r in records],
                "passages": [r.passages for r in records],
                "truncated": [int(r.truncated) for r in records],
                "applied_at": [now] * len(records),
                "revision": [max(stamp, r.after + 1) + step for r in records],
                "document_revision": [r.shown for r in records],
                "passages_digest": [r.digest for r in records],
                "authority": [r.authority for r in records],
                "clicked_digest": [r.clicked for r in records],
            },
        )

    def ids(self, tenant: str) -> list[str]:
        """Return every document that the tenant ever had, gone ones included."""
        return [row["document"] for row in self.warehouse.query("index_ids", tenant=tenant)]

    def known(self, tenant: str) -> int:
        """Return how many documents the tenant ever had, gone ones included."""
        return int(self.warehouse.query("documents_known", tenant=tenant)[0]["known"])

    def ids_after(self, tenant: str, after: str, limit: int) -> list[str]:
        """Return the next documents of the tenant by id, gone ones included, at most `limit`."""
        rows = self.warehouse.query("index_ids_after", tenant=tenant, after=after, limit=limit)
        return [row["document"] for row in rows]

    def shown(self, tenant: str) -> list[str]:
        """Return every document of the tenant that a collection should show."""
        return [row["document"] for row in self.warehouse.query("index_shown", tenant=tenant)]

    def changed(self, tenant: str, collection: str, since: datetime) -> list[str]:
        """Return the documents that were applied to a collection since then, gone ones included."""
        since_ms = milliseconds(since)
        rows = self.warehouse.query("index_changed", tenant=tenant, collection=collection, since_ms=since_ms)
        return [row["document"] for row in rows]

    def fingerprint(self, tenant: str) -> tuple[int, str]:
        """Return how many documents the tenant's corpus has, and a number that changes with any of them."""
        row = self.warehouse.query("index_fingerprint", tenant=tenant)[0]
        return row["documents"], row["fingerprint"]

    def void(self, tenant: str, collection: str, documents: Sequence[str], now: datetime) -> None:
        """Record that what a collection shows of these documents is wrong: all of it is to be made anew."""
        self._unlearn(tenant, collection, documents, True, now)

    def doubt(self, tenant: str, collection: str, documents: Sequence[str], now: datetime) -> None:
        """Record that a collection may hold any rows of these documents: they are made anew, gone ones removed."""
        self._unlearn(tenant, collection, documents, False, now)

    def _unlearn(self, tenant: str, collection: str, documents: Sequence[str], deleted: bool, now: datetime) -> None:
        """Supersede what is recorded of these documents, also of a time when the clock was ahead."""
        recorded = self.records.of(tenant, collection, documents)
        after = [recorded[name].revision if name in recorded else 0 for name in documents]
        records = [
            Record(name, 0, deleted, "", UNKNOWN, False, known) for name, known in zip(documents, after, strict=True)
        ]
        self.record(tenant, collection, records, now)
        self.feed.look_again(tenant, documents)

    def doubtful(self, tenant: str, collection: str) -> list[str]:
        """Return the documents that a process which was replaced within a day may still be writing.

        Unfinished writes are stored as doubts first, so that the next holder of the tenant re-checks them, even if they
        are recorded as done by then.
        """
        self.warehouse.run("index_note_doubts", tenant=tenant, collection=collection)
        rows = self.warehouse.query("index_doubts", tenant=tenant, collection=collection)
        return [row["document"] for row in rows]

    def forget(self, tenant: str, collection: str, now: datetime) -> None:
        """Record that a collection shows nothing that can be relied on."""
        self.warehouse.run("index_forget", tenant=tenant, collection=collection, revision=microseconds(now))


def _state(row: Row) -> DocumentState:
    pending = Pending(
        row["document"],
        row["version"],
        bool(row["gone"]),
        bool(row["known"]),
        row["applied_passages"],
        row["applied_revision"],
        bool(row["recorded"]),
        bool(row["light"]),
    )
    return DocumentState(pending, row["document_revision"], bool(row["pending"]))
