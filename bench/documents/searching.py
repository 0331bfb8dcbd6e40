"""People who search, through the same code as `tidewheel search`."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import orjson

from bench.documents.oracle import Oracle, Wrong
from indexer.search.answer import Answer
from indexer.search.searcher import Searcher
from indexer.search.shown import Found
from indexer.wiring import current_lists
from retrieval.encoders import Encoders
from schemas.search import SearchAnswer, SearchRequest
from stores.search_client import SearchClient
from stores.serving import Serving
from stores.settings import SEARCH_FILE, Settings
from stores.shelf import Shelf
from stores.vectors import Vectors

TIMEOUT_S = 5.0
"""A search that takes longer than this for one store counts as one that failed."""


class Search(Protocol):
    """What answers: the product's searcher, or a wrong one that a benchmark must find out."""

    def search(self, tenant: str, queries: Sequence[str], groups: frozenset[str], k: int = 10) -> list[Answer]:
        """Answer each query for a member of `groups`."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer and when it was asked for and given, in monotonic seconds."""

    query: str
    groups: frozenset[str]
    began: float
    ended: float
    answer: Answer

    @property
    def documents(self) -> list[str]:
        """Return the ids of the documents found, best first."""
        return [found.document for found in self.answer.results]

    def wrong(self, oracle: Oracle) -> list[Wrong]:
        """Return what is wrong with the documents of the answer, one item each."""
        judged = [oracle.judge(document, self.groups, self.began, self.ended) for document in self.documents]
        return [wrong for wrong in judged if wrong is not None]


def resident_client(home: Path, connections: int = 16) -> SearchClient:
    """Return a client of the resident search that runs in this home."""
    return SearchClient(orjson.loads((home / SEARCH_FILE).read_bytes())["search_url"], connections=connections)


class ResidentSearch:
    """Searches through the resident search service."""

    def __init__(self, client: SearchClient) -> None:
        self._client = client

    def search(self, tenant: str, queries: Sequence[str], groups: frozenset[str], k: int = 10) -> list[Answer]:
        """Answer each query for a member of `groups`, one after the other."""
        return [
            _answer(self._client.search(SearchRequest(tenant=tenant, query=q, groups=tuple(sorted(groups)), k=k)))
            for q in queries
        ]


def _answer(given: SearchAnswer) -> Answer:
    found = tuple(Found(r.document, r.rank, r.score, r.title, r.snippet, r.truncated) for r in given.results)
    return Answer(found, given.model, given.collection, given.serving_version, given.latency_ms)


def searcher(settings: Settings) -> Searcher:
    """Return what answers searches on this stack, as the command line makes it."""
    return Searcher(
        Serving.connect(settings),
        Vectors.connect(settings, TIMEOUT_S),
        Encoders(Shelf.open(settings)),
        current_lists(settings),
    )


def ask(search: Search, tenant: str, queries: Sequence[str], groups: frozenset[str], k: int = 10) -> list[Asked]:
    """Search for several queries at once. Raises what the search raises."""
    began = time.monotonic()
    answers = search.search(tenant, queries, groups, k)
    ended = time.monotonic()
    return [Asked(query, groups, began, ended, answer) for query, answer in zip(queries, answers, strict=True)]
