"""What is to be written of documents: their passages and vectors, from the collection itself where it has them.

A document whose text did not change keeps what the collection holds of it, if that is what was recorded when it was
written, and needs no model. Any other is cut by the model's tokenizer; of one of which nothing is recorded the
collection may hold the very passages, whose vectors are then kept; everything else is embedded, or was once
(`embedding.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from indexer.feed.document import Document
from indexer.feed.documents import UNKNOWN, Pending, Record
from indexer.indexing.embedding import Embedder
from retrieval.authority import UsageStats
from retrieval.clicked_queries import field_text
from retrieval.text import terms
from stores.vector_rows import Stored, VectorRow, passages_digest, primary_key, rows_digest, vector_row
from stores.vectors import Vector, Vectors

Planned = tuple[Pending, Document]


class Made(NamedTuple):
    """A document as it is to be written, cut, with a vector a passage."""

    pending: Pending
    document: Document
    vectors: Sequence[Vector]

    def rows(self, authority: float) -> list[VectorRow]:
        """Return the rows of the collection; `authority` is the document's, in [0, 1]."""
        return [
            row_of(self.document, number, text, dense, authority)
            for number, (text, dense) in enumerate(zip(self.document.passages, self.vectors, strict=True))
        ]


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes documents for one collection. The model is asked for when it is needed, which may raise."""

    vectors: Vectors
    collection: str
    embedder: Embedder

    def kept(self, planned: Sequence[Planned], digests: Mapping[str, str]) -> tuple[list[Made], list[Planned]]:
        """Return the documents of which the collection holds every passage of the present text, and the others.

        `digests` has the recorded digest of each document's passages (`passages_digest`): rows that something else
        wrote are not kept.
        """
        known = [(p, p.applied_passages) for p, _ in planned if p.known and p.applied_passages != UNKNOWN]
        made = [
            each
            for each in self._stored(planned, {p.document: count for p, count in known})
            if passages_digest(each.document.passages, each.vectors) == digests.get(each.document.document)
        ]
        there = {each.pending.document for each in made}
        return made, [(p, d) for p, d in planned if p.document not in there]

    def anew(self, planned: Sequence[Planned], unrecorded_are_absent: bool) -> tuple[list[Made], int]:
        """Return documents cut by the model, and how many of their passages had to be embedded now."""
        cut = list(zip((p for p, _ in planned), self.cut([d for _, d in planned]), strict=True))
        maybe = {} if unrecorded_are_absent else {p.document: len(d.passages) for p, d in cut if not p.recorded}
        passages = {d.document: d.passages for _, d in cut}
        stored = self._stored(cut, maybe)
        found = [made for made in stored if made.document.passages == passages[made.document.document]]
        there = {each.pending.document for each in found}
        fresh, embedded = self._embedded([(p, d) for p, d in cut if p.document not in there])
        return found + fresh, embedded

    def cut(self, documents: Sequence[Document]) -> list[Document]:
        """Return the documents with their passages; the model is asked for only if there are any."""
        if not documents:
            return []
        pieces = self.embedder.encoder().pieces
        return [document.cut(pieces) for document in documents]

    def _stored(self, planned: Sequence[Planned], passages: dict[str, int]) -> list[Made]:
        """Return those documents that the collection holds whole; `passages` says how many, of those looked for."""
        sought = [(p, d, keys_of(p.document, 0, passages[p.document])) for p, d in planned if p.document in passages]
        keys = [key for _, _, own in sought for key in own]
        rows = self.vectors.get(self.collection, keys, with_vectors=True) if keys else {}
        made = (_as_stored(p, d, [rows.get(key) for key in own]) for p, d, own in sought)
        return [each for each in made if each]

    def _embedded(self, cut: Sequence[Planned]) -> tuple[list[Made], int]:
        vectors, made = self.embedder.embed([text for _, d in cut for text in d.passages])
        return [Made(p, d, [vectors[text] for text in d.passages]) for p, d in cut], made


def to_write(
    made: Sequence[Made], usage: Mapping[str, UsageStats], now: datetime
) -> tuple[list[VectorRow], list[Record]]:
    """Return the rows of documents, and what is recorded of them once they are written."""
    rows, records = list[VectorRow](), list[Record]()
    for each in made:
        authority = each.document.authority(usage.get(each.document.document, UsageStats()), now)
        own = each.rows(authority)
        rows += own
        records.append(Record.shown_now(each.pending, each.document, rows_digest(own), authority))
    return rows, records


def row_of(d: Document, number: int, text: str, dense: Vector, authority: float) -> VectorRow:
    """Return the row of a document's passage, counted from 0; the first one has the document's clicked queries."""
    return vector_row(
        d.document,
        number,
        d.version,
        d.content_hash,
        d.acl,
        d.title,
        text,
        terms(text),
        dense,
        authority,
        d.updated_ms,
        d.truncated,
        terms(field_text(text, d.clicked if number == 0 else ())),
    )


def keys_of(document: str, first: int, end: int) -> list[str]:
    """Return the keys of a document's passages from `first` to before `end`."""
    return [primary_key(document, number) for number in range(first, end)]


def _as_stored(pending: Pending, document: Document, rows: Sequence[Stored | None]) -> Made | None:
    """Return the document as its rows have it, None unless all are there and of its present content."""
    found = [row for row in rows if row and row.dense and row.content_hash == document.content_hash]
    if not rows or len(found) < len(rows):
        return None
    passages, vectors = tuple(row.text for row in found), [row.dense or () for row in found]
    return Made(pending, replace(document, passages=passages, truncated=found[0].truncated), vectors)
