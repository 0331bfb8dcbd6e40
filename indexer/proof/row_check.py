"""What is wrong with a document's rows: every field of every passage, against the document and what was recorded.

The document says what its passages, title, list and dates are, and so what each row must be. What it cannot say was
recorded when the rows were written, in ClickHouse, which no write to Milvus changes: their authority, which
goes on changing, and a digest of texts and vectors. Milvus gives a vector back as the floats it was given, so a vector
that differs in one bit is found. The digest is kept with the record and not taken from the embedding store: that one
lets go of vectors which nobody used, and knows none of a model without a manifest.
"""

from collections.abc import Sequence

import numpy as np

from indexer.feed.document import Document
from indexer.feed.records import Recorded
from indexer.indexing.making import row_of
from stores.vector_rows import VectorRow, primary_key, rows_digest

_NAMES = {
    "pk": "place",
    "document": "place",
    "passage": "place",
    "version": "version",
    "content_hash": "content",
    "acl": "access list",
    "readers": "access list",
    "title": "title",
    "text": "text",
    "terms": "words",
    "clicked": "clicked queries",
    "updated_at": "date",
    "truncated": "truncated",
}
"""What is said to be wrong when a field is; of all that a row has but its authority and vector."""


def length(document: Document) -> int:
    """Return how many passages of a document a collection shows."""
    return 0 if document.gone else len(document.passages)


def keys_of(document: Document) -> list[str]:
    """Return the keys of a document's rows, and the one just past them, which must not be there."""
    return [primary_key(document.document, number) for number in range(length(document) + 1)]


def settled(document: Document, recorded: Recorded | None) -> bool:
    """Return whether the record says that the collection shows the newest version; otherwise it is still to come."""
    if document.gone:
        return recorded is None or recorded.deleted
    if recorded is None or recorded.deleted:
        return False
    return (recorded.shown, recorded.clicked) == (document.revision, document.clicked_digest)


def problem(document: Document, recorded: Recorded | None, rows: Sequence[VectorRow | None]) -> str:
    """Return what is wrong with a document's rows, "" for nothing; those past its last passage must not be there."""
    own, past = rows[: length(document)], rows[length(document) :]
    if any(past):
        return "surplus"
    if document.gone:
        return ""
    there = [row for row in own if row is not None]
    if len(there) < len(own):
        return "missing"
    for number, (row, text) in enumerate(zip(there, document.passages, strict=True)):
        right = row_of(document, number, text, (), 0.0)
        for field, name in _NAMES.items():
            if row[field] != right[field]:
                return name
    return _unlike_the_record(document, recorded, there)


def _unlike_the_record(document: Document, recorded: Recorded | None, rows: Sequence[VectorRow]) -> str:
    if recorded is None or not settled(document, recorded):
        return "record"
    if any(np.float32(row["authority"]) != np.float32(recorded.authority) for row in rows):
        return "authority"
    return "" if rows_digest(rows) == recorded.digest else "vector"
