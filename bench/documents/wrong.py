"""Searches that are wrong on purpose, to prove that a benchmark notices.

row-copy      a list is read from the copy in the vector row, which lags behind the documents
early-scores  ranks and scores are formed of all that is found, and what is hidden leaves after that
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from bench.stack import Stack
from indexer.search.answer import Answer
from indexer.search.shown import Found, rank
from indexer.search.visibility import Viewer
from indexer.wiring import current_lists
from retrieval.access import may_see
from retrieval.encoders import Encoders
from retrieval.text import query_terms
from schemas.fusion import Fusion
from stores.errors import Refused
from stores.serving import Serving
from stores.shelf import Shelf
from stores.vector_rows import Hit
from stores.vectors import Rankings, Vectors

_FETCHED = 50


class _Wrong(ABC):
    """Searches one collection; what a person is shown of it is the subclass's affair."""

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
            self.shown(tenant, query, own, groups, record.fusion)[:k]
            for query, own in zip(queries, rankings, strict=True)
        ]
        return [Answer(own, record.model, record.collection, record.version, 0.0) for own in found]

    @abstractmethod
    def shown(
        self, tenant: str, query: str, rankings: Rankings, groups: frozenset[str], fusion: Fusion
    ) -> tuple[Found, ...]:
        """Return what a member of `groups` is shown of two rankings."""


class RowCopySearch(_Wrong):
    """Answers by whatever the collection's rows say of documents and lists."""

    def shown(
        self, tenant: str, query: str, rankings: Rankings, groups: frozenset[str], fusion: Fusion
    ) -> tuple[Found, ...]:
        """Leave out the rows whose own list has none of the groups."""
        first, second = ([hit for hit in ranking if may_see(hit.acl, groups)] for ranking in rankings)
        return tuple(rank(query, (first, second), fusion, len(first) + len(second)))


class EarlyScoresSearch(_Wrong):
    """Obeys the current lists, after everything was ranked and scored."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack)
        self._lists = current_lists(stack.settings())

    def shown(
        self, tenant: str, query: str, rankings: Rankings, groups: frozenset[str], fusion: Fusion
    ) -> tuple[Found, ...]:
        """Leave out hidden documents from what was ranked."""
        hits: dict[str, Hit] = {hit.document: hit for ranking in rankings for hit in ranking}
        viewer = Viewer(self._lists, tenant, groups)
        viewer.look(hits)
        ranked = rank(query, rankings, fusion, len(hits))
        return tuple(found for found in ranked if viewer.sees(hits[found.document]))
