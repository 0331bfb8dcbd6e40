"""The warehouse as the indexer sees it: what documents should look like, and what was recorded as applied."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from retrieval.authority import USE_WINDOW, UsageStats, authority
from retrieval.passages import READ_CHARACTERS, split
from retrieval.text import composed
from retrieval.word_pieces import Pieces
from schemas.instants import instant, microseconds, milliseconds
from stores.vector_rows import MAX_GROUPS
from stores.warehouse import Warehouse

_USAGE_LASTS = timedelta(seconds=60)

UNKNOWN = 2**32 - 1
"""Passages recorded of a document whose number of rows in the collection is not known."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A document whose newest version a collection does not show; `known` when it shows, or may show, another.

    `recorded` when anything was ever recorded of it: of one that is not, the collection may hold any passage.
    `applied_passages` is how many rows of it there may be, or `UNKNOWN`.
    """

    document: str
    version: int
    gone: bool
    known: bool
    applied_passages: int
    applied_revision: int
    recorded: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    """The newest version of a document. It has passages once it is cut; `body` has one character too many at most."""

    document: str
    version: int
    gone: bool
    content_hash: str
    title: str
    acl: tuple[str, ...]
    updated_ms: int
    revision: int
    body: str
    passages: tuple[str, ...] = ()
    truncated: bool = False

    def cut(self, pieces: Pieces) -> "Document":
        """Return it with its passages, as the model with this tokenizer reads them."""
        made = split(self.title, self.body, pieces)
        return replace(self, passages=made.passages, truncated=made.truncated)

    def authority(self, usage: UsageStats, now: datetime) -> float:
        """Return its authority in [0, 1]."""
        return authority(usage, instant(self.updated_ms), now)


@dataclass(frozen=True, slots=True)
class Record:
    """What a collection shows of a document, to be recorded; `after` is the record's revision that it must supersede.

    `shown` is the document's own revision, 0 when what is there cannot be relied on.
    """

    document: str
    version: int
    deleted: bool
    content_hash: str
    passages: int
    truncated: bool
    after: int
    shown: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """Documents that a collection should show, those it shows at their newest version, and changes not yet applied."""

    total: int
    done: int
    pending: int


class Documents:
    """Named queries of the warehouse, as values."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self._usage: dict[str, tuple[datetime, dict[str, UsageStats]]] = {}

    def marks(self) -> dict[str, int]:
        """Return a number per tenant that changes with any of its documents."""
        return {row["tenant"]: int(row["mark"]) for row in self.warehouse.query("index_marks")}

    def pending(self, tenant: str, collection: str, limit: int) -> list[Pending]:
        """Return documents to apply, most urgent first, at most `limit`."""
        rows = self.warehouse.query("index_pending", tenant=tenant, collection=collection, limit=limit)
        return [
            Pending(
                row["document"],
                row["version"],
                bool(row["gone"]),
                bool(row["known"]),
                row["applied_passages"],
                row["applied_revision"],
                bool(row["recorded"]),
            )
            for row in rows
        ]

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
        return {row["document"]: _document(row) for row in rows}

    def usage(self, tenant: str, now: datetime) -> dict[str, UsageStats]:
        """Return the usage of the tenant's documents that have any, by id, as of at most a minute ago."""
        known = self._usage.get(tenant)
        if known is None or now - known[0] > _USAGE_LASTS:
            since = milliseconds(now - USE_WINDOW)
            rows = self.warehouse.query("index_standing", tenant=tenant, since_ms=since)
            found = {row["document"]: UsageStats(int(row["references"]), int(row["people"])) for row in rows}
            known = self._usage[tenant] = (now, found)
        return known[1]

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
            },
        )

    def ids(self, tenant: str) -> list[str]:
        """Return every document that the tenant ever had, gone ones included."""
        return [row["document"] for row in self.warehouse.query("index_ids", tenant=tenant)]

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
        records = [Record(document, 0, True, "", UNKNOWN, False, 0) for document in documents]
        self.record(tenant, collection, records, now)

    def forget(self, tenant: str, collection: str, now: datetime) -> None:
        """Record that a collection shows nothing that can be relied on."""
        self.warehouse.run("index_forget", tenant=tenant, collection=collection, revision=microseconds(now))


def _document(row: dict[str, object]) -> Document:
    title, acl = str(row["title"]), row["acl"]
    assert isinstance(acl, list)
    return Document(
        str(row["document"]),
        int(str(row["version"])),
        bool(row["gone"]),
        str(row["content_hash"]),
        title,
        tuple(dict.fromkeys(composed(group) for group in acl))[:MAX_GROUPS],
        int(str(row["updated_ms"])),
        int(str(row["revision"])),
        str(row["body"]),
    )
