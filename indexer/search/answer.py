"""An answer of the search, and the event that says that a person was shown it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from indexer.search.shown import Found
from schemas.activity import Result, SearchServed
from stores.rebuilds import Rebuild


@dataclass(frozen=True, slots=True)
class Answer:
    """The documents found for one query, and exactly what answered it. `latency_ms` is the call's, shared by all.

    `rebuild` says that the collection was being filled anew meanwhile, so that documents may be missing.
    """

    results: tuple[Found, ...]
    model: str
    collection: str
    serving_version: int
    latency_ms: float
    rebuild: Rebuild | None = None


def search_served(
    answer: Answer,
    *,
    event_id: str,
    tenant: str,
    user: str,
    search: str,
    query: str,
    at: datetime,
    surface: Literal["search", "assistant"] = "search",
) -> SearchServed:
    """Return the event of this answer being shown to `user` at the instant `at` (aware) for the search id `search`."""
    return SearchServed(
        event_id=event_id,
        tenant=tenant,
        occurred_at=at,
        user=user,
        search=search,
        query=query,
        surface=surface,
        results=tuple(Result(document=r.document, rank=r.rank, score=float(r.score)) for r in answer.results),
        model=answer.model,
        collection=answer.collection,
        serving_version=answer.serving_version,
        latency_ms=answer.latency_ms,
    )
