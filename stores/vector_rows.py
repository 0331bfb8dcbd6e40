"""What a vector collection holds and what it is called, as plain values."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

FIELDS = 5
"""Grows when the fields of a row or their indexes change: part of the rules that a collection is built by
(`Vectors.ensure`)."""

K1, B = 1.2, 0.75
"""BM25's constants, of the index and of whatever judges as it ranks: how soon a repeated term stops adding to the
score, and how much a long passage is held against it."""

VectorRow = dict[str, Any]
"""One row of a collection by field name, as Milvus takes it (see `vector_row`)."""

ROW_FIELDS = (
    "pk", "document", "passage", "version", "content_hash", "acl", "readers", "title", "text", "terms", "clicked",
    "dense", "authority", "updated_at", "truncated",
)  # fmt: skip
"""The fields of a row that are written; Milvus makes the indexes of words from `terms` and `clicked`."""

MAX_TEXT_BYTES = 65_535
MAX_TITLE_BYTES = 8_192
MAX_ID_BYTES = 1_024
MAX_GROUPS = 4_096
"""Milvus's capacity of an array; groups beyond it cannot see the document (less is shown, never more)."""

_TENANT, _MODEL, _END = "T_", "_M_", "_L1"
_LONGEST_TOKEN = 40
"""Bytes from which some analyzers drop a token."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What the destination says of one row; without `dense`, `text` and `truncated` unless they were asked for."""

    version: int
    content_hash: str
    acl: tuple[str, ...]
    authority: float
    dense: Sequence[float] | None = None
    text: str = ""
    truncated: bool = False

    @classmethod
    def of(cls, row: VectorRow) -> "Stored":
        """Return what a row, read with some of its fields, says."""
        content = row.get("dense"), row.get("text", ""), row.get("truncated", False)
        return cls(row["version"], row["content_hash"], tuple(row["acl"]), row["authority"], *content)


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage that a ranking of the index found; a higher score is better, and comparable within the ranking.

    `acl` is the list that was given to this content, whose hash is `content_hash`. The document's current list decides
    who may see the passage; the row's copy only says who might read it while it is not the current content.
    `truncated` says that not all of the document is indexed.
    """

    document: str
    number: int
    score: float
    title: str
    text: str
    authority: float
    content_hash: str = ""
    acl: tuple[str, ...] = ()
    truncated: bool = False

    @classmethod
    def of(cls, row: VectorRow, score: float) -> "Hit":
        """Return a row that a ranking found."""
        return cls(
            row["document"],
            row["passage"],
            score,
            row["title"],
            row["text"],
            row["authority"],
            row["content_hash"],
            tuple(row["acl"]),
            row["truncated"],
        )


@dataclass(frozen=True, slots=True)
class Filter:
    """Passages whose row has one of these groups in its list, or that are of one of these documents."""

    groups: Sequence[str]
    documents: Sequence[str] = ()


def primary_key(document: str, number: int) -> str:
    """Return the key of a document's passage. The number comes last, so no document's key is another's."""
    return f"{document}#{number}"


def vector_row(
    document: str,
    number: int,
    version: int,
    content_hash: str,
    acl: tuple[str, ...],
    title: str,
    text: str,
    terms: Iterable[str],
    dense: Iterable[float],
    authority: float,
    updated_at_ms: int,
    truncated: bool = False,
    clicked: Iterable[str] = (),
) -> VectorRow:
    """Return the row of a document's passage with its vector, clipped to what Milvus takes.

    `number` counts from 0 within the document, `terms` are what the text is found by, `authority` is in [0, 1],
    `updated_at_ms` in milliseconds since 1970; `truncated` says that not all of the document is indexed. `clicked` are
    the terms of the text and, in the first passage, those of the queries that people clicked after.
    """
    return {
        "pk": primary_key(document, number),
        "document": document,
        "passage": number,
        "version": version,
        "content_hash": content_hash,
        "acl": list(acl[:MAX_GROUPS]),
        "readers": reader_text(acl[:MAX_GROUPS]),
        "title": clipped(title, MAX_TITLE_BYTES),
        "text": clipped(text, MAX_TEXT_BYTES),
        "terms": term_text(terms),
        "clicked": term_text(clicked),
        "dense": [float(x) for x in dense],
        "authority": authority,
        "updated_at": updated_at_ms,
        "truncated": truncated,
    }


def reader_text(groups: Iterable[str]) -> str:
    """Return a list of groups as a text in which one is looked for: Milvus Lite looks through arrays row by row."""
    return f" {' '.join(map(reader_token, groups))} "


def reader_token(group: str) -> str:
    """Return a group as a word of `reader_text`: a short hash. Two groups may share one, which only costs work."""
    return blake2b(group.encode("utf-8", "replace"), digest_size=5).hexdigest()


def term_text(terms: Iterable[str]) -> str:
    """Return terms as a text that every analyzer takes apart into the same tokens, one a term.

    Milvus and Milvus Lite share no analyzer that knows all scripts, and each splits marks, signs and ideographs in its
    own way. So a token is written in small Latin letters and digits alone: such a term stands as it is, any other one
    in hexadecimal; too long a token gives way to its hash. Terms beyond what a row holds are left out.
    """
    return " ".join(_fitting(map(_token, terms)))


def _token(term: str) -> str:
    simple = term.isascii() and term.isalnum() and term == term.lower()
    plain = term if simple else "0u" + term.encode("utf-8", "replace").hex()
    return plain if len(plain) <= _LONGEST_TOKEN else "0h" + blake2b(plain.encode(), digest_size=16).hexdigest()


def _fitting(tokens: Iterable[str]) -> Iterator[str]:
    size = 0
    for token in tokens:
        size += len(token) + 1
        if size > MAX_TEXT_BYTES:
            return
        yield token


def vector_digest(vector: ArrayLike) -> str:
    """Return a hash of a vector as float32, 32 hexadecimal digits: a collection gives back the very floats."""
    return blake2b(np.asarray(vector, dtype="<f4").tobytes(), digest_size=16).hexdigest()


def passages_digest(texts: Iterable[str], vectors: Iterable[ArrayLike]) -> str:
    """Return a hash of a document's passages in their order, of text and vector each: which vector is whose, too."""
    hashed = blake2b(digest_size=16)
    for text, vector in zip(texts, vectors, strict=True):
        hashed.update(blake2b(text.encode("utf-8", "replace"), digest_size=16).digest())
        hashed.update(bytes.fromhex(vector_digest(vector)))
    return hashed.hexdigest()


def rows_digest(rows: Sequence[VectorRow]) -> str:
    """Return the digest of a document's rows in the order of its passages."""
    return passages_digest((row["text"] for row in rows), (row["dense"] for row in rows))


def collection_name(tenant: str, model: str) -> str:
    """Return the name of the tenant's collection for this model.

    Ids are lower-case with hyphens, which become underscores; the capitals between them keep two names apart.
    """
    return f"{_TENANT}{_plain(tenant)}{_MODEL}{_plain(model)}{_END}"


def alias_name(tenant: str) -> str:
    """Return the alias that labels the tenant's live collection for other readers of Milvus."""
    return f"{_TENANT}{_plain(tenant)}_LIVE"


def clipped(text: str, limit: int) -> str:
    """Return the longest beginning of `text` that is at most `limit` UTF-8 bytes and ends with a whole character."""
    return text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")


def _plain(slug: str) -> str:
    return slug.replace("-", "_")
