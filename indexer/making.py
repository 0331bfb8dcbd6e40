"""What is to be written of documents: their passages and vectors, from the collection itself where it has them.

A document whose text did not change keeps what the collection holds of it, and needs no model. Any other is cut by the
model's tokenizer; of one of which nothing is recorded the collection may hold the very passages, whose vectors are then
kept; everything else is embedded.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from indexer.documents import UNKNOWN, Document, Pending
from retrieval.encoders import Encoder
from retrieval.text import terms
from stores.vector_rows import Stored, VectorRow, primary_key, vector_row
from stores.vectors import Vectors

_ENCODED_AT_ONCE = 128
"""Texts embedded between two yield points: one or two seconds on a small machine."""

Planned = tuple[Pending, Document]


class Made(NamedTuple):
    """A document as it is to be written, cut, with a vector a passage."""

    pending: Pending
    document: Document
    vectors: Sequence[Sequence[float]]

    def rows(self, authority: float) -> list[VectorRow]:
        """Return the rows of the collection; `authority` is the document's, in [0, 1]."""
        d = self.document
        return [
            vector_row(
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
            )
            for number, (text, dense) in enumerate(zip(d.passages, self.vectors, strict=True))
        ]


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes documents for one collection. `encoder` is called when the model is needed, and may raise."""

    vectors: Vectors
    collection: str
    encoder: Callable[[], Encoder]
    yield_point: Callable[[], None] = lambda: None

    def kept(self, planned: Sequence[Planned]) -> tuple[list[Made], list[Planned]]:
        """Return the documents of which the collection holds every passage of the present text, and the others."""
        known = [(p, p.applied_passages) for p, _ in planned if p.known and p.applied_passages != UNKNOWN]
        made = self._stored(planned, {p.document: count for p, count in known})
        there = {each.pending.document for each in made}
        return made, [(p, d) for p, d in planned if p.document not in there]

    def anew(self, planned: Sequence[Planned], unrecorded_are_absent: bool) -> tuple[list[Made], list[Made]]:
        """Return documents cut by the model: those whose vectors the collection proves to hold, and embedded ones."""
        cut = list(zip((p for p, _ in planned), self.cut([d for _, d in planned]), strict=True))
        maybe = {} if unrecorded_are_absent else {p.document: len(d.passages) for p, d in cut if not p.recorded}
        found = [made for made in self._stored(cut, maybe) if made.document.passages]
        there = {each.pending.document for each in found}
        return found, self._embedded([(p, d) for p, d in cut if p.document not in there])

    def cut(self, documents: Sequence[Document]) -> list[Document]:
        """Return the documents with their passages; the model is asked for only if there are any."""
        if not documents:
            return []
        pieces = self.encoder().pieces
        return [document.cut(pieces) for document in documents]

    def _stored(self, planned: Sequence[Planned], passages: dict[str, int]) -> list[Made]:
        """Return those documents that the collection holds whole; `passages` says how many, of those looked for."""
        sought = [(p, d, keys_of(p.document, 0, passages[p.document])) for p, d in planned if p.document in passages]
        keys = [key for _, _, own in sought for key in own]
        rows = self.vectors.get(self.collection, keys, with_vectors=True) if keys else {}
        made = (_as_stored(p, d, [rows.get(key) for key in own]) for p, d, own in sought)
        return [each for each in made if each]

    def _embedded(self, cut: Sequence[Planned]) -> list[Made]:
        texts, vectors = [text for _, d in cut for text in d.passages], list[Sequence[float]]()
        for start in range(0, len(texts), _ENCODED_AT_ONCE):
            encoder = self.encoder()
            self.yield_point()
            vectors.extend(encoder.encode(texts[start : start + _ENCODED_AT_ONCE]))
        each = iter(vectors)
        return [Made(p, d, [next(each) for _ in d.passages]) for p, d in cut]


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
