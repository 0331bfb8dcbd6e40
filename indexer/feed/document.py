"""A document as collections show it: the newest version in the warehouse, and what the model makes of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from retrieval.authority import UsageStats, authority
from retrieval.clicked_queries import digest
from retrieval.passages import split
from retrieval.text import composed
from retrieval.word_pieces import Pieces
from schemas.instants import instant
from stores.vector_rows import MAX_GROUPS


@dataclass(frozen=True, slots=True)
class Document:
    """The newest version of a document. It has passages once it is cut; `body` has one character too many at most.

    `clicked` are the queries that several people clicked after.
    """

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
    clicked: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Document":
        """Return what a row of the query `index_documents` says."""
        return cls(
            str(row["document"]),
            int(row["version"]),
            bool(row["gone"]),
            str(row["content_hash"]),
            str(row["title"]),
            tuple(dict.fromkeys(composed(group) for group in row["acl"]))[:MAX_GROUPS],
            int(row["updated_ms"]),
            int(row["revision"]),
            str(row["body"]),
            clicked=tuple(row["clicked"]),
        )

    @property
    def clicked_digest(self) -> str:
        """Return by what it is recorded which clicked queries a collection was given."""
        return digest(self.clicked)

    def cut(self, pieces: Pieces) -> "Document":
        """Return it with its passages, as the model with this tokenizer reads them."""
        made = split(self.title, self.body, pieces)
        return replace(self, passages=made.passages, truncated=made.truncated)

    def authority(self, usage: UsageStats, now: datetime) -> float:
        """Return its authority in [0, 1]."""
        return authority(usage, instant(self.updated_ms), now)
