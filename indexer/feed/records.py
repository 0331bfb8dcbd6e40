"""What was recorded of documents when a collection was given them, to hold the collection against."""

from collections.abc import Sequence
from dataclasses import dataclass

from stores.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is recorded of a document in a collection; the fields are those of `indexer.feed.documents.Record`.

    `revision` is the record's own: a later record has a higher one.
    """

    shown: int
    deleted: bool
    digest: str
    authority: float
    clicked: str = ""
    revision: int = 0


class Records:
    """Reads records. Raises `Retryable`."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def of(self, tenant: str, collection: str, documents: Sequence[str]) -> dict[str, Recorded]:
        """Return what is recorded of these documents, by id."""
        if not documents:
            return {}
        rows = self._warehouse.query("index_records", tenant=tenant, collection=collection, documents=list(documents))
        return {
            row["document"]: Recorded(
                int(row["document_revision"]),
                bool(row["deleted"]),
                row["digest"],
                float(row["authority"]),
                row["clicked_digest"],
                int(row["revision"]),
            )
            for row in rows
        }

    def digests(self, tenant: str, collection: str, documents: Sequence[str]) -> dict[str, str]:
        """Return the recorded digests of these documents' passages, of those that are recorded."""
        return {name: found.digest for name, found in self.of(tenant, collection, documents).items()}
