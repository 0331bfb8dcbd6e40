"""Searches that are wrong on purpose, to prove that a benchmark notices.

row-copy  a list is read from the copy in the vector row, which lags behind the documents
"""

from collections.abc import Sequence

from bench.stack import Stack
from indexer.answer import Answer
from indexer.ranking import rank
from retrieval.encoders import Encoders
from retrieval.fusion import RRF_K
from stores.errors import Refused
from stores.serving import Serving
from stores.shelf import Shelf
from stores.vectors import Vectors

_FETCHED = 50


class RowCopySearch:
    """Answers by whatever the collection's rows say of documents and lists."""

    def __init__(self, stack: Stack) -> None:
        where = stack.settings()
        self._serving, self._vectors = Serving.connect(where), Vectors.connect(where, 5.0)
        self._encoders = Encoders(Shelf.open(where))

    def search(self, tenant: str, queries: Sequence[str], groups: frozenset[str], k: int = 10) -> list[Answer]:
        """Answer each query for a member of `groups`."""
        record = self._serving.record(tenant)
        if record is None:
            raise Refused(f"nothing is live for '{tenant}'")
        vectors = self._encoders.get(tenant, record.model).encode(queries)
        hits = self._vectors.search(record.collection, queries, vectors, max(_FETCHED, k), RRF_K)
        found = [tuple(rank(query, own, groups, k)) for query, own in zip(queries, hits, strict=True)]
        return [Answer(own, record.model, record.collection, record.version, 0.0) for own in found]
