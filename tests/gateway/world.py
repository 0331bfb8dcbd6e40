"""A gateway on the session's stack, asked over HTTP: its own home and keys, a search that a test sets, a clock."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import urllib3

from gateway import wiring
from gateway.app import application
from gateway.config import GatewayConfig
from gateway.wiring import Gateway
from indexer.resident.server import Server
from operations import api_keys
from operations.person_tokens import Person
from schemas.search import SearchAnswer, SearchRequest, SearchResult
from stores.api_keys import Scope
from stores.errors import Retryable
from stores.settings import Settings

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ALL: tuple[Scope, ...] = ("events", "search")


class World:
    """What a test needs: keys and tokens of a tenant, requests, and what the search is asked and answers."""

    def __init__(self, where: Settings) -> None:
        self.where = where
        self.now = NOW
        self.asked: list[SearchRequest] = []
        self.found: Callable[[SearchRequest], SearchAnswer] = showing("hr/leave", "hr/benefits")
        self.url = ""
        self.gateway: Gateway
        self._pool = urllib3.PoolManager(retries=False, maxsize=8, timeout=60)

    def search(self, request: SearchRequest) -> SearchAnswer:
        """In place of the resident search."""
        self.asked.append(request)
        return self.found(request)

    def key(self, tenant: str, *scopes: Scope) -> str:
        """Return a new key of this tenant's."""
        return api_keys.add(self.where, tenant, scopes or ALL, "a test", self.now)[0]

    def person(self, tenant: str, user: str, *groups: str) -> str:
        """Return a person token."""
        return api_keys.person_token(self.where, tenant, Person(user, groups), self.now, timedelta(hours=1))

    def request(
        self, method: str, path: str, body: bytes | None = None, key: str | None = None, **headers: str
    ) -> urllib3.BaseHTTPResponse:
        """Send a request; `_` in a header's name is `-`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent["authorization"] = f"Bearer {key}"
        return self._pool.request(method, self.url + path, body=body, headers=sent)

    def post(
        self,
        path: str,
        content: object,
        key: str | None = None,
        **headers: str,
    ) -> urllib3.BaseHTTPResponse:
        """Send any JSON, or bytes as they are."""
        body = content if isinstance(content, bytes) else orjson.dumps(content)
        return self.request("POST", path, body, key, **headers)


def showing(*documents: str) -> Callable[[SearchRequest], SearchAnswer]:
    """Return a search that finds these documents and records its answers under a fixed id."""

    def answer(request: SearchRequest) -> SearchAnswer:
        results = tuple(
            SearchResult(rank=rank, document=document, score=1.0, title=document, snippet="", truncated=False)
            for rank, document in enumerate(documents, start=1)
        )
        search = "s-1" if request.user else None
        return SearchAnswer(
            model="m", collection="C", serving_version=1, latency_ms=1.0, search=search, results=results
        )

    return answer


def away(request: SearchRequest) -> SearchAnswer:
    """A search whose store is away."""
    raise Retryable("Milvus does not answer")


def opened(tenant: str, event_id: str = "c1", document: str = "hr/leave", **more: object) -> dict[str, object]:
    """An event of a producer's."""
    event = {"type": "DocumentOpened", "event_id": event_id, "tenant": tenant, "user": "ana", "document": document}
    return {**event, "occurred_at": NOW.isoformat(), **more}


@contextmanager
def running(stack: Settings, home: Path, config: GatewayConfig | None = None) -> Iterator[World]:
    """Run a gateway in this process until the end of the block."""
    where = stack.model_copy(update={"home": home})
    world = World(where)
    made = wiring.connect(where, config or GatewayConfig())
    clocked = dataclasses.replace(
        made, search=world.search, clock=lambda: world.now, callers=_on(made, lambda: world.now)
    )
    world.gateway = clocked
    with clocked.delivery, Server(application(clocked), 8) as server:
        world.url = f"http://127.0.0.1:{server.port}"
        yield world


def _on(gateway: Gateway, clock: Callable[[], datetime]) -> Any:  # noqa: ANN401
    gateway.callers._clock = clock
    return gateway.callers
