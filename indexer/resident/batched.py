"""Encoders and Milvus as the search uses them, with the work of concurrent queries joined and query vectors kept."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from indexer.resident.batcher import Batcher
from indexer.search.ports import QueryEncoder, QueryEncoders, Ranker
from retrieval.encoders import Vectors32
from stores.vector_rows import Filter
from stores.vectors import Rankings, Vector

JOINED = 32
"""Queries at once: as many as an encoder takes in one pass."""

_Vector = NDArray[np.float32]
_Asked = tuple[str, int, bool]
"""What searches must have in common to be joined: collection, limit, and whether clicked queries are ranked, too."""


class BatchedEncoders:
    """Gives encoders that join what several threads embed at once, and keep the vectors of the last queries."""

    def __init__(self, encoders: QueryEncoders, kept: int) -> None:
        """Take the encoders to share, and how many query vectors to keep of each."""
        self._encoders = encoders
        self._kept = kept
        self._lock = threading.Lock()
        self._batched: WeakKeyDictionary[QueryEncoder, BatchedEncoder] = WeakKeyDictionary()

    def get(self, tenant: str, model: str, manifest: str | None = None) -> "BatchedEncoder":
        """Return the encoder, loading it if needed. Raises as `Encoders.get`."""
        encoder = self._encoders.get(tenant, model, manifest)
        with self._lock:
            found = self._batched.get(encoder)
            if found is None:
                found = self._batched[encoder] = BatchedEncoder(encoder, self._kept)
            return found


class BatchedEncoder:
    """One encoder, for queries; a query that was asked lately costs nothing."""

    def __init__(self, encoder: QueryEncoder, kept: int) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Vector] = OrderedDict()
        encode = encoder.encode_queries
        self._batcher: Batcher[str, str, _Vector] = Batcher(lambda _, texts: list(encode(texts)), JOINED)

    def encode_queries(self, texts: Sequence[str]) -> Vectors32:
        """Return one unit vector per query, shape (texts, dimension)."""
        found = {text: vector for text in texts if (vector := self._recall(text)) is not None}
        new = [text for text in dict.fromkeys(texts) if text not in found]
        for text, vector in zip(new, self._batcher.call("", new), strict=True):
            found[text] = vector
            self._keep(text, vector)
        return np.stack([found[text] for text in texts])

    def _recall(self, text: str) -> _Vector | None:
        with self._lock:
            if text in self._known:
                self._known.move_to_end(text)
            return self._known.get(text)

    def _keep(self, text: str, vector: _Vector) -> None:
        with self._lock:
            self._known[text] = vector
            while len(self._known) > self._kept:
                self._known.popitem(last=False)


class BatchedRanker:
    """Milvus with the unfiltered searches of several threads joined, where they ask one collection alike."""

    def __init__(self, vectors: Ranker) -> None:
        self._vectors = vectors
        self._batcher: Batcher[_Asked, tuple[Sequence[str], Vector], Rankings] = Batcher(self._search, JOINED)

    def search(
        self,
        collection: str,
        queries: Sequence[Sequence[str]],
        vectors: Iterable[Vector],
        limit: int,
        only: Filter | None = None,
        clicked: bool = False,
    ) -> Sequence[Rankings]:
        """Rank passages as `Vectors.search` does."""
        if only is not None:
            return self._vectors.search(collection, queries, vectors, limit, only, clicked)
        return self._batcher.call((collection, limit, clicked), list(zip(queries, vectors, strict=True)))

    def _search(self, key: _Asked, asked: Sequence[tuple[Sequence[str], Vector]]) -> Sequence[Rankings]:
        collection, limit, clicked = key
        vectors: Any = np.stack([np.asarray(vector, dtype=np.float32) for _, vector in asked])
        return self._vectors.search(collection, [terms for terms, _ in asked], vectors, limit, None, clicked)
