"""Searches that are wrong on purpose, to prove that a benchmark notices.

row-copy  a list is read from the copy in the vector row, which lags behind the documents
"""

from collections.abc import Sequence

from bench.stack import Stack
from indexer.answer import Answer
from indexer.ranking import Found, rank
from retrieval.access import may_see
from retrieval.encoders import Encoders
from retrieval.text import query_terms
from stores.errors import Refused
from stores.serving import Serving
from stores.shelf import Shelf
from stores.vector_rows import primary_key
from stores.vectors import Rankings, Vectors

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
        rankings = self._vectors.search(record.collection, [*map(query_terms, queries)], vectors, max(_FETCHED, k))
        found = [
            self._shown(record.collection, query, own, groups, k) for query, own in zip(queries, rankings, strict=True)
        ]
        return [Answer(own, record.model, record.collection, record.version, 0.0) for own in found]

    def _shown(
        self, collection: str, query: str, rankings: Rankings, groups: frozenset[str], k: int
    ) -> tuple[Found, ...]:
        keys = {primary_key(hit.document, hit.number) for ranking in rankings for hit in ranking}
        rows = self._vectors.get(collection, sorted(keys))
        seen = {key for key, row in rows.items() if may_see(row.acl, groups)}
        first, second = (
            [hit for hit in ranking if primary_key(hit.document, hit.number) in seen] for ranking in rankings
        )
        return tuple(rank(query, (first, second), k))
