"""Searches that are wrong on purpose, to prove that a benchmark notices.

row-copy  a list is read from the copy in the vector row, which lags behind the documents
"""

from collections.abc import Sequence

from bench.stack import Stack
from indexer.answer import Answer
from indexer.ranking import Found
from retrieval.access import may_see
from retrieval.encoders import Encoders
from retrieval.fusion import RRF_K
from stores.errors import Refused
from stores.serving import Serving
from stores.shelf import Shelf
from stores.vector_rows import Hit
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
        found = [_shown(own, groups)[:k] for own in hits]
        return [Answer(own, record.model, record.collection, record.version, 0.0) for own in found]


def _shown(hits: Sequence[Hit], groups: frozenset[str]) -> tuple[Found, ...]:
    seen: dict[str, Hit] = {}
    for hit in hits:
        if may_see(hit.acl, groups):
            seen.setdefault(hit.document, hit)
    return tuple(
        Found(name, place, hit.score, hit.title, hit.text) for place, (name, hit) in enumerate(seen.items(), 1)
    )
