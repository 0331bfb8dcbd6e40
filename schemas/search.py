"""A search as the resident search service is asked for it, and its answer: JSON over HTTP."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.activity import QueryText
from schemas.envelope import Words
from schemas.ids import DocumentId, OpaqueId, TenantId, UserId

MAX_SEARCH_GROUPS = 20_000
MAX_WANTED = 100
"""Documents of one answer."""


class SearchRequest(Words):
    """One query of somebody in `groups`; `everyone` is always among them.

    With a `user` the answer is recorded as a `SearchServed` event, under the id `search` or one that is made for it.
    """

    tenant: TenantId
    query: QueryText
    groups: Annotated[tuple[OpaqueId, ...], Field(max_length=MAX_SEARCH_GROUPS)] = ()
    k: Annotated[int, Field(ge=1, le=MAX_WANTED, description="documents wanted at most")] = 10
    user: UserId | None = None
    search: OpaqueId | None = None
    surface: Literal["search", "assistant"] = "search"


class SearchResult(Words):
    """One document of an answer; scores are comparable within the answer only."""

    rank: int
    document: DocumentId
    score: float
    title: str
    snippet: str
    truncated: bool = Field(
        description="not all of the document is indexed: its end is too far, or it has encoded data"
    )


class Rebuilding(Words):
    """The index is being filled anew: so many documents of so many are in it, the others cannot be found yet."""

    done: int
    total: int


class SearchAnswer(Words):
    """The documents found, best first, and exactly what answered.

    `search` is the id that clicks refer to; it is there when the answer is recorded for a user.
    """

    model: str
    collection: str
    serving_version: int
    latency_ms: float
    rebuilding: Rebuilding | None = None
    search: str | None = None
    results: tuple[SearchResult, ...]


class Problem(Words):
    """Why there is no answer (RFC 9457); `title` is the kind of the error, `detail` says what to do."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
