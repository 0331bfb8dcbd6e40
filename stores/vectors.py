"""Milvus: one collection per tenant and model, written and read by primary key, searched by meaning, words and clicks.

The same calls run on Milvus 2.6 and on Milvus Lite. Six of their habits shape this module:
- filters are text, and the client's own `get(ids=...)` and `delete(ids=...)` paste keys into it unquoted; Milvus Lite
  takes no filter parameters. So every value passes through `stores.milvus.literal`, and nothing else builds a filter.
- rows that were just written are slow to search until they are sealed (Milvus Lite builds its word index anew for
  every query over them): `flush` seals them, at most once in ten seconds as Milvus allows.
- collections are on disk but not loaded after a restart of Milvus Lite: whoever reads first loads them.
- BM25 scores are positive on Milvus and negative on Milvus Lite; either way the greater amount is the better one.
- they have no analyzer in common that knows every script: words are matched in a field of terms that the caller makes,
  written so that any analyzer takes it apart alike (`stores.vector_rows.term_text`).
- VARCHAR limits are bytes on Milvus and characters on Milvus Lite: text is clipped to bytes at a whole character.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pymilvus import MilvusClient
from pymilvus.exceptions import MilvusException

from stores.errors import Poison
from stores.milvus import CollectionMissing, CollectionReleased, between, guarded, listed, one_of
from stores.settings import Settings
from stores.vector_rows import ROW_FIELDS, Filter, Hit, Stored, VectorRow, reader_token, term_text
from stores.vector_schema import indexes, other_dimension, schema

T = TypeVar("T")
Vector = Sequence[float] | NDArray[np.float32]

Rankings = tuple[list[Hit], ...]
"""Of one query: passages by meaning, by words, and, if asked for, by words and clicked queries."""

WINDOW = 16_384
"""The most hits that Milvus returns for one query."""

HITS_PER_CALL = WINDOW
"""The most hits of all queries of one call: Milvus Lite makes them one by one, and answers nobody else meanwhile."""

_KEYS_PER_CALL = 1_000
_SEALED = ("pk", "version", "content_hash", "acl", "authority")
_CONTENT = ("dense", "text", "truncated")
_SOUGHT_IN_TEXT = 100
"""Groups up to which a text of the readers is faster than their array: it is searched once for every group."""

_NO_ALIAS = (CollectionMissing, MilvusException, Poison)
"""Milvus and Milvus Lite tell an absent alias by different codes."""

_SHOWN = ["document", "passage", "title", "text", "authority", "content_hash", "acl", "truncated"]
_RULES = "tidewheel.rules"

_QUIET_PINGS = {"grpc.keepalive_time_ms": 300_000, "grpc.keepalive_permit_without_calls": 0}
"""The client's own ping every 10 s makes servers that allow one in five minutes hang up ("too_many_pings")."""


class Vectors:
    """One process's connection to Milvus; safe to use from several threads, one writer per collection."""

    def __init__(self, client: MilvusClient, timeout_s: float) -> None:
        self._client = client
        self._timeout = timeout_s

    @classmethod
    def connect(cls, settings: Settings, timeout_s: float = 30.0) -> "Vectors":
        """Connect. Raises `Retryable` when nobody answers."""
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it prints a traceback for every error it raises
        token = settings.milvus_token.get_secret_value()
        client = guarded(
            lambda: MilvusClient(
                uri=settings.milvus_uri,
                token=token,
                timeout=min(timeout_s, 10.0),
                dedicated=True,
                grpc_options=_QUIET_PINGS,
            )
        )
        return cls(client, timeout_s)

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    def ensure(self, collection: str, dimension: int, rules: str, documents: int = 0) -> bool:
        """Make the collection with its indexes, unless it is there; return whether it was made.

        `rules` names how its rows are made. A collection that was built by other rules is dropped and made anew, empty:
        rows of two rules never stand side by side. `documents` says for how many it is made: the index of few is exact.
        """
        found = self.rules(collection)
        made, wanted = found != rules, indexes(documents)
        if made and found is not None:
            self.drop(collection)
        if made:
            about = {"schema": schema(dimension), "consistency_level": "Bounded", "properties": {_RULES: rules}}
            self._call(self._client.create_collection, collection, **about)
        # One that was there may lack indexes: a process ended while it made it.
        there = self._client.list_indexes
        wanted[:] = [one for one in wanted if made or not self._call(there, collection, one.field_name)]
        if wanted:
            # Of no rows there is nothing to wait for; the client would wait half a second for each index.
            self._call(self._client.create_index, collection, wanted, sync=False)
            self._call(self._client.load_collection, collection)
        return made

    def rules(self, collection: str) -> str | None:
        """Return by which rules the collection was built, "" when it does not say, None when it is not there."""
        if not self.exists(collection):
            return None
        about = self._call(self._client.describe_collection, collection)
        return str(about.get("properties", {}).get(_RULES, ""))

    def exists(self, collection: str) -> bool:
        """Return whether the collection is there."""
        return bool(self._call(self._client.has_collection, collection))

    def drop(self, collection: str) -> None:
        """Remove the collection and its rows; harmless when it is gone already."""
        if self.exists(collection):
            self._call(self._client.drop_collection, collection)

    def names(self) -> list[str]:
        """Return the names of all collections, whoever's they are."""
        return sorted(self._call(self._client.list_collections))

    def upsert(self, collection: str, rows: Sequence[VectorRow]) -> None:
        """Write rows, replacing those of the same key; raises `Refused` for vectors of another dimension."""
        try:
            if rows:
                self._call(self._client.upsert, collection, list(rows))
        except Poison as error:
            about = self._call(self._client.describe_collection, collection)
            raise other_dimension(about, len(rows[0]["dense"])) or error from error

    def delete(self, collection: str, keys: Sequence[str]) -> None:
        """Remove rows by primary key; absent keys are harmless."""
        for chunk in _chunks(keys):
            self._call(self._client.delete, collection, filter=one_of("pk", chunk))

    def get(self, collection: str, keys: Sequence[str], with_vectors: bool = False) -> dict[str, Stored]:
        """Read rows by primary key, as they are now, with vector and text if wanted; absent keys are left out."""
        fields = [*_SEALED, *(_CONTENT if with_vectors else [])]
        return {row["pk"]: Stored.of(row) for row in self._rows(collection, "pk", keys, fields)}

    def rows(self, collection: str, keys: Sequence[str]) -> dict[str, VectorRow]:
        """Read whole rows by primary key, as they are now, vectors as float32; absent keys are left out."""
        found = self._rows(collection, "pk", keys, ROW_FIELDS)
        return {row["pk"]: row | {"acl": list(row["acl"]), "dense": np.float32(row["dense"])} for row in found}

    def keys_of(self, collection: str, documents: Sequence[str]) -> list[tuple[str, int]]:
        """Return document and number of all rows of these documents, as they are now."""
        rows = self._rows(collection, "document", documents, ["document", "passage"])
        return [(row["document"], row["passage"]) for row in rows]

    def _rows(
        self, collection: str, field: str, values: Sequence[str], fields: Sequence[str]
    ) -> Iterator[dict[str, Any]]:
        for chunk in _chunks(values):
            yield from self._read(
                self._client.query,
                collection,
                filter=one_of(field, chunk),
                output_fields=list(fields),
                consistency_level="Strong",
            )

    def search(
        self,
        collection: str,
        queries: Sequence[Sequence[str]],
        vectors: Iterable[Vector],
        limit: int,
        only: Filter | None = None,
        clicked: bool = False,
    ) -> list[Rankings]:
        """Rank passages by meaning, by words, and `clicked` by words and clicked queries; at most `limit` each a query.

        `queries` are the terms of each query; without any it has no ranking by words. `vectors` has one a query, e.g.
        as an array of shape (queries, dimension). A score is a cosine, or BM25's; the best comes first.
        `only` leaves out passages in the engine. It only saves work: the rows' copy of a list may be old, so the caller
        looks at every hit's current list all the same.
        """
        limit = min(limit, WINDOW)
        seen = _expression(only) if only else ""
        dense = {"metric_type": "COSINE", "params": {"ef": max(128, limit)}}
        by_meaning = self._ranking(collection, "dense", list(vectors), dense, limit, seen)
        rankings = [by_meaning]
        for field in ("sparse", "clicked_sparse") if clicked else ("sparse",):
            asked = [term_text(terms) for terms in queries if terms]
            found = iter(self._ranking(collection, field, asked, {"metric_type": "BM25"}, limit, seen) if asked else [])
            rankings.append([next(found) if terms else [] for terms in queries])
        return list(zip(*rankings, strict=True))

    def _ranking(
        self, collection: str, field: str, asked: Sequence[Any], how: dict[str, Any], limit: int, seen: str
    ) -> list[list[Hit]]:
        found = self._search(collection, field, asked, how, limit, seen, _SHOWN)
        return [[Hit.of(hit["entity"], _score(hit, field)) for hit in hits] for hits in found]

    def nearest(self, collection: str, vectors: Iterable[Vector], limit: int) -> list[list[tuple[str, float]]]:
        """Return the keys and cosines of the nearest rows, by the index that searches use."""
        how = {"metric_type": "COSINE", "params": {"ef": 128}}
        return self._best(collection, "dense", list(vectors), how, limit)

    def by_words(
        self, collection: str, queries: Sequence[Sequence[str]], limit: int, document: str = ""
    ) -> list[list[tuple[str, float]]]:
        """Return the keys and BM25 scores of the best rows for each query's terms, by the index that searches use.

        With `document`, of its rows alone.
        """
        asked, only = [term_text(terms) for terms in queries], one_of("document", [document]) if document else ""
        return self._best(collection, "sparse", asked, {"metric_type": "BM25"}, limit, only)

    def _best(
        self, collection: str, field: str, asked: Sequence[Any], how: dict[str, Any], limit: int, only: str = ""
    ) -> list[list[tuple[str, float]]]:
        found = self._search(collection, field, asked, how, limit, only, ["pk"], consistency_level="Strong")
        return [[(hit["pk"], _score(hit, field)) for hit in hits] for hits in found]

    def _search(
        self, collection: str, field: str, asked: Sequence[Any], how: dict[str, Any], limit: int, only: str,
        output_fields: list[str], **options: str,
    ) -> Iterator[Any]:  # fmt: skip
        """Yield the client's hits of each query, of several calls where one would be of too many."""
        given = {"anns_field": field, "limit": limit, "search_params": how, "filter": only, **options}
        at_once = max(1, HITS_PER_CALL // limit)
        for start in range(0, len(asked), at_once):
            some = asked[start : start + at_once]
            yield from self._read(self._client.search, collection, data=some, output_fields=output_fields, **given)

    def count(self, collection: str) -> int:
        """Return how many rows the collection has now."""
        rows = self._read(
            self._client.query, collection, filter="", output_fields=["count(*)"], consistency_level="Strong"
        )
        return int(rows[0]["count(*)"])

    def scan_keys(self, collection: str, after: str = "", last: str | None = None) -> Iterator[str]:
        """Yield the primary keys that an iterator finds, of documents greater than `after` and at most `last`.

        It may miss some: good for finding surplus rows, no proof.
        """
        some = between("document", after, last)
        how = {"batch_size": _KEYS_PER_CALL, "filter": some, "output_fields": ["pk"]}
        pages = self._read(self._client.query_iterator, collection, **how)
        try:
            while rows := guarded(pages.next):
                yield from (row["pk"] for row in rows)
        finally:
            pages.close()

    def flush(self, collection: str) -> None:
        """Seal the rows written so far, so that searching them is fast."""
        self._call(self._client.flush, collection)

    def label(self, alias: str, collection: str) -> None:
        """Point the alias at the collection, making it if needed."""
        try:
            self._call(self._client.alter_alias, collection, alias)
        except _NO_ALIAS:
            if not self.exists(collection):
                raise
            self._call(self._client.create_alias, collection, alias)

    def labelled(self, alias: str) -> str | None:
        """Return the collection that the alias points at, or None."""
        try:
            return str(self._call(self._client.describe_alias, alias)["collection_name"])
        except _NO_ALIAS:
            return None

    def _read(self, method: Callable[..., T], collection: str, *args: Any, **options: Any) -> T:  # noqa: ANN401
        """Call what needs a loaded collection; after a restart of Milvus the first reader loads it."""
        try:
            return self._call(method, collection, *args, **options)
        except CollectionReleased:
            self._call(self._client.load_collection, collection)
            return self._call(method, collection, *args, **options)

    def _call(self, method: Callable[..., T], *args: Any, **options: Any) -> T:  # noqa: ANN401  # the client's own
        return guarded(lambda: method(*args, timeout=self._timeout, **options))


def _expression(only: Filter) -> str:
    shown = [f"array_contains_any(acl, {listed(only.groups)})"]
    if 0 < len(only.groups) <= _SOUGHT_IN_TEXT:
        shown = [f'readers like "% {reader_token(group)} %"' for group in only.groups]
    return " or ".join([*shown, *([one_of("document", only.documents)] if only.documents else [])])


def _score(hit: Any, field: str) -> float:  # noqa: ANN401  # the client's own hit
    return float(hit["distance"]) if field == "dense" else abs(float(hit["distance"]))


def _chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _KEYS_PER_CALL):
        yield keys[start : start + _KEYS_PER_CALL]
