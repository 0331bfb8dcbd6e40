"""The example queries of a packet: those that may be shown to whoever operates, who is in no group of anybody's.

What not everyone may see is left out, its id as well: from the lists of results, and, with the query itself, where
people opened it or nothing else was found.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from retrieval.access import open_to_all
from retrieval.plain_text import plain
from schemas.packet import ExampleQuery, ShownDocument, rank_behind
from stores.ports import Queries

SHOWN = 5
"""Documents of a list."""

_AT_ONCE = 50
"""Queries whose documents are looked up in one call."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One query through both models; `wanted` are the documents that people opened, or should find, for it."""

    query: str
    wanted: frozenset[str]
    live: Sequence[str]
    shadow: Sequence[str]
    ndcg_live: float | None
    ndcg_shadow: float | None


def examples(warehouse: Queries, tenant: str, tried: Sequence[Tried], count: int) -> tuple[ExampleQuery, ...]:
    """Return the first `count` of the queries that may be shown. Raises `Retryable` when the warehouse is away."""
    return tuple(islice(_presentable(warehouse, tenant, tried), count))


def _presentable(warehouse: Queries, tenant: str, tried: Sequence[Tried]) -> Iterator[ExampleQuery]:
    for start in range(0, len(tried), _AT_ONCE):
        part = tried[start : start + _AT_ONCE]
        known = titles(warehouse, tenant, {d for one in part for d in (*one.wanted, *one.live, *one.shadow)})
        yield from (example for one in part if (example := shown(one, known)) is not None)


def titles(warehouse: Queries, tenant: str, documents: set[str]) -> dict[str, str]:
    """Return the titles, as plain text, of those of the documents that everyone may see."""
    rows = warehouse.query("index_titles", tenant=tenant, documents=sorted(documents)) if documents else []
    return {row["document"]: plain(row["title"]) for row in rows if open_to_all(row["acl"])}


def shown(one: Tried, known: Mapping[str, str]) -> ExampleQuery | None:
    """Return a query as an operator sees it, None when it is not to be shown; `known` has the titles of what is."""
    live, shadow = _documents(one.live, one, known), _documents(one.shadow, one, known, one.live)
    if not one.wanted <= known.keys() or not (live or shadow):
        return None
    return ExampleQuery(
        query=one.query, ndcg_live=one.ndcg_live, ndcg_shadow=one.ndcg_shadow, live=live, shadow=shadow,
        wanted=tuple(sorted(one.wanted)),
    )  # fmt: skip


def _documents(
    found: Sequence[str], one: Tried, known: Mapping[str, str], live: Sequence[str] | None = None
) -> tuple[ShownDocument, ...]:
    """Return the first results; given what `live` found, with the rank that each had there below its first results."""
    visible = [document for document in found if document in known][:SHOWN]
    before = None if live is None else [document for document in live if document in known]
    return tuple(
        ShownDocument(
            document=document, title=known[document], wanted=document in one.wanted,
            before=None if before is None else rank_behind(document, before, SHOWN),
        )
        for document in visible
    )  # fmt: skip
