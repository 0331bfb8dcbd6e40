"""What the read path needs of encoders and of the index, so that a service may join the work of many searches."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from retrieval.encoders import Vectors32
from stores.vector_rows import Filter
from stores.vectors import Rankings, Vector


class QueryEncoder(Protocol):
    """One model, for queries: `Encoder`."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors32:
        """Return one unit vector per query, shape (texts, dimension)."""
        ...


class QueryEncoders(Protocol):
    """Gives the encoder of a tenant's model: `Encoders`."""

    def get(self, tenant: str, model: str, manifest: str | None = None) -> QueryEncoder:
        """Return the encoder, loading it if needed; `manifest` is what its files have to be."""
        ...


class Ranker(Protocol):
    """Ranks passages by meaning, by words and by clicked queries: `Vectors`."""

    def search(
        self,
        collection: str,
        queries: Sequence[Sequence[str]],
        vectors: Iterable[Vector],
        limit: int,
        only: Filter | None = None,
        clicked: bool = False,
    ) -> Sequence[Rankings]:
        """Return the rankings of each query, at most `limit` passages each, best first; the third with `clicked`."""
        ...
