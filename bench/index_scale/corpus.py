"""Tenants of stated sizes, as an indexer leaves them that has applied everything."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from indexer.feed.changes import Followed
from indexer.feed.documents import Documents
from indexer.indexing.sync import Sync, SyncConfig, Target
from retrieval.config import EncoderConfig
from retrieval.encoders import Encoder, Vectors32
from retrieval.text import terms
from retrieval.word_pieces import WordPieces
from schemas.documents import EVERYONE
from schemas.instants import microseconds
from stores.columns import Same
from stores.shelf import base_model
from stores.vector_rows import vector_row
from stores.vectors import Vectors
from stores.warehouse import Warehouse

DIMENSION = 32
_ROWS_AT_ONCE, _VECTORS_AT_ONCE = 50_000, 1_000


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class GivenVectors:
    """Stands for an encoder: cuts texts as the base model reads them, and embeds nothing."""

    dimension = DIMENSION

    def __init__(self) -> None:
        self.pieces = WordPieces.of(base_model(), EncoderConfig())
        self._vector = np.full(DIMENSION, DIMENSION**-0.5, dtype=np.float32)

    def get(self, tenant: str, model: str, manifest: str | None = None) -> Encoder:
        """Return itself, whichever model is asked for."""
        given: Any = self
        return given  # type: ignore[no-any-return]  # what sync uses of an encoder

    def encode(self, texts: Sequence[str]) -> Vectors32:
        """Return the same vector for each text."""
        return np.tile(self._vector, (len(texts), 1))


class Corpus:
    """One tenant with so many documents."""

    def __init__(self, warehouse: Warehouse, vectors: Vectors, size: int, in_milvus: int) -> None:
        """Write the documents, and what says that they are applied; `in_milvus` of them have their rows."""
        self.size, self.in_milvus = size, min(size, in_milvus)
        self.target = Target(f"scale-{size}", "given")
        self._warehouse, self._vectors, self._given = warehouse, vectors, GivenVectors()
        self._version = 1
        self.sync = self.new_sync()
        self.sync.ensure(self.target)
        for start in range(0, size, _ROWS_AT_ONCE):
            self._store(range(start, min(size, start + _ROWS_AT_ONCE)))
        for start in range(0, self.in_milvus, _VECTORS_AT_ONCE):
            self._embed(range(start, min(self.in_milvus, start + _VECTORS_AT_ONCE)))
        warehouse.execute("TRUNCATE TABLE document_changes")  # the making of the corpus is no change to be followed
        followed = Followed(microseconds(now()), True)
        Documents(warehouse).feed.save(self.target.tenant, self.target.collection, followed, now())
        self.sync = self.new_sync()

    def new_sync(self) -> Sync:
        """Return what applies changes here, as after a restart; only the first slice is compared in the background."""
        config = SyncConfig.model_validate({"plan": {"pause_s": 1e9}})
        return Sync(Documents(self._warehouse), self._vectors, self._given, config, now, time.sleep)

    def change(self, number: int) -> None:
        """Give one document another text."""
        self._version += 1
        self._insert([number], self._version)

    def delete(self, numbers: Sequence[int]) -> None:
        """Delete documents, all at once."""
        self._version += 1
        self._insert(numbers, self._version, deleted=True)

    def _store(self, numbers: range) -> None:
        self._insert(numbers, 1)
        rows = len(numbers)
        self._warehouse.insert(
            "applied",
            {
                "tenant": Same(self.target.tenant),
                "collection": Same(self.target.collection),
                "document": [_name(n) for n in numbers],
                "version": [1] * rows,
                "content_hash": [_hash(n, 1) for n in numbers],
                "passages": [1] * rows,
                "applied_at": Same(now()),
                "revision": [1] * rows,
                "document_revision": [1 << 192] * rows,
            },
        )

    def _insert(self, numbers: Sequence[int], version: int, deleted: bool = False) -> None:
        rows = len(numbers)
        self._warehouse.insert(
            "documents",
            {
                "tenant": Same(self.target.tenant),
                "document": [_name(n) for n in numbers],
                "version": [version] * rows,
                "deleted": Same(int(deleted)),
                "kind": Same("page"),
                "title": [f"Page {n}" for n in numbers],
                "body": [_text(n, version) for n in numbers],
                "acl": [[EVERYONE]] * rows,
                "updated_at": Same(now()),
                "content_hash": [_hash(n, version) for n in numbers],
                "received_at": Same(now()),
                "revision": [version << 192] * rows,
            },
        )

    def _embed(self, numbers: range) -> None:
        vectors = self._given.encode([""] * len(numbers))
        rows = []
        for number, vector in zip(numbers, vectors, strict=True):
            text = f"Page {number}\n{_text(number, 1)}"
            name, content = _name(number), _hash(number, 1)
            title, words = f"Page {number}", terms(text)
            rows.append(vector_row(name, 0, 1, content, (EVERYONE,), title, text, words, vector, 0.2, 0, clicked=words))
        self._vectors.upsert(self.target.collection, rows)


def _name(number: int) -> str:
    return f"page-{number:07d}"


def _hash(number: int, version: int) -> str:
    return f"{version:04x}{number:028x}"


def _text(number: int, version: int) -> str:
    return f"What page {number} says in version {version} about travel, leave and the office in room {number % 97}."
