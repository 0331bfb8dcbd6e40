"""`POST /v1/search` and `POST /v1/clicks`: a search by the rights of a person token, and clicks on its results."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from gateway.answers import Answered, answer
from gateway.callers import Caller
from gateway.config import PageRules
from gateway.forgotten import REFUSAL, Forgotten
from gateway.openapi import body_of, problems
from gateway.search_tokens import MAX_TOKEN, Shown
from gateway.wiring import Gateway
from operations import events
from operations.events import Read
from operations.person_tokens import Person
from schemas.activity import DocumentOpened, FromSearch, QueryText
from schemas.codec import encode
from schemas.envelope import Words
from schemas.ids import DocumentId, UserId, stable_id
from schemas.instants import instant, milliseconds
from schemas.limits import MAX_DWELL_S
from schemas.search import MAX_WANTED, SearchAnswer, SearchRequest
from stores.problems import first_fault

_SMALL = 64 * 1024
"""Bytes of a search or a click, at most."""
_UNKEYED = "clicks"
"""Whose share of what is held the clicks have that come without a key: one for all, until their tokens are read."""


class Search(Words):
    """A search. In which groups the person is, a person token says; without one, only what all may see is found."""

    query: QueryText
    k: Annotated[int, Field(ge=1, le=MAX_WANTED, description="documents wanted at most")] = 10
    user: Annotated[UserId | None, Field(description="who searches, where no person token says so")] = None
    surface: Literal["search", "assistant"] = "search"


class Click(Words):
    """A click on a result: the search's token, and the document."""

    token: Annotated[str, Field(min_length=1, max_length=MAX_TOKEN)]
    document: DocumentId
    dwell_seconds: Annotated[float, Field(ge=0, le=MAX_DWELL_S)] | None = None


class Found(SearchAnswer):
    """An answer, and the token that its clicks are posted with; only searches of a known person have one."""

    token: str | None = None


def router(gateway: Gateway) -> APIRouter:
    """Return the routes."""
    made = APIRouter()

    @made.post(
        "/v1/search",
        response_model=Found,
        responses=problems(401, 403, 408, 409, 413, 422, 429, 503),
        openapi_extra=body_of(Search, {"query": "parental leave", "k": 5, "user": "ana"}),
    )
    async def search(request: Request) -> Response:
        """Search. The header `X-Person-Token` says who searches and in which groups."""
        caller = gateway.callers.caller(request.headers, "search")
        person = gateway.callers.person(request.headers, caller.tenant)
        asked = _read(Search, await _small(gateway, request, caller.key))
        forgotten = await gateway.forgotten()
        found = await run_in_threadpool(_searched, gateway, caller, person, asked, forgotten)
        return answer(found)

    @made.post(
        "/v1/clicks",
        status_code=202,
        responses=problems(401, 403, 408, 413, 422, 429, 503),
        openapi_extra=body_of(Click, {"token": "TOKEN OF THE SEARCH", "document": "hr/leave"}),
    )
    async def clicks(request: Request) -> Response:
        """Tell that a result was opened; telling it twice is telling it once. The token is key enough, for this alone.

        A page sends it with `navigator.sendBeacon`, as text, if its origin is one of `gateway.pages.origins`. With a
        key, the key and the token must be of one tenant.
        """
        keyed = gateway.callers.caller(request.headers, "events") if "authorization" in request.headers else None
        of_a_page(gateway.config.pages, request.headers.get("origin"))
        click = _read(Click, await _small(gateway, request, keyed.key if keyed else _UNKEYED))
        shown = gateway.tokens.read(click.token, gateway.clock())
        if keyed is not None and keyed.tenant != shown.tenant:
            raise Answered(403, "Forbidden", "the search token is of another tenant than the key")
        if (await gateway.forgotten())(shown.tenant, shown.user):
            gateway.metrics.count("forgotten")
            raise Answered(403, "Forbidden", REFUSAL)
        event = await run_in_threadpool(_click, gateway, shown, click)
        caller = keyed or Caller(shown.tenant, f"clicks:{shown.tenant}")
        wait_s = await run_in_threadpool(gateway.spend, caller, events=1)
        if wait_s:
            raise Answered(429, "Too Many Requests", "more clicks than may be sent", retry_after_s=wait_s)
        await asyncio.wrap_future(gateway.delivery.hand([events.record(event)]))
        return answer({"event_id": event.event.event_id}, 202)

    return made


def of_a_page(rules: PageRules, origin: str | None) -> None:
    """Raise `Answered` (403) for a request of a page whose origin is none of those that may send; a program has none.

    A page is asked whether it has a key or not: a key has no business in a page.
    """
    if origin is not None and origin not in rules.origins:
        raise Answered(403, "Forbidden", "Origin: it is none of `gateway.pages.origins`, whose pages may send clicks")


async def _small(gateway: Gateway, request: Request, key: str) -> bytes:
    coding = request.headers.get("content-encoding", "")
    async with gateway.bodies.whole(key, request.stream(), coding, _SMALL) as given:
        return given


def _read(model: Any, given: bytes) -> Any:  # noqa: ANN401  # the model's own
    try:
        return model.model_validate_json(given)
    except ValidationError as error:
        fault = first_fault(error)
        if fault.startswith(("groups:", "tenant:")):
            fault += "; the tenant is the key's, and groups come from the header X-Person-Token alone"
        raise Answered(422, "Unprocessable Content", fault) from error


def _searched(
    gateway: Gateway, caller: Caller, person: Person | None, asked: Search, forgotten: Forgotten
) -> dict[str, object]:
    """Return the resident search's answer, with a token when it is known who searched.

    Who is forgotten for good finds what they may see, and nobody notes that they searched.
    """
    if person is not None and asked.user not in (None, person.user):
        raise Answered(403, "Forbidden", "user: the person token is of somebody else")
    wait_s = gateway.spend(caller, searches=1)
    if wait_s:
        raise Answered(429, "Too Many Requests", "more searches than this key may ask for", retry_after_s=wait_s)
    user = person.user if person is not None else asked.user
    groups = person.groups if person is not None else ()
    if forgotten(caller.tenant, user):
        gateway.metrics.count("forgotten")
        user = None
    request = SearchRequest(
        tenant=caller.tenant, query=asked.query, groups=groups, k=asked.k, user=user, surface=asked.surface
    )
    found = gateway.search(request)
    token = None
    if user is not None and found.search is not None:
        documents = tuple(result.document for result in found.results)
        shown = Shown(caller.tenant, user, found.search, asked.query, documents, gateway.clock())
        token = gateway.tokens.make(shown)
    return {**found.model_dump(mode="json"), "token": token}


def _click(gateway: Gateway, shown: Shown, click: Click) -> Read:
    """Return the event of a click, the same one however often it is posted. Raises `Answered` or `Retryable`."""
    if click.document not in shown.documents:
        raise Answered(403, "Forbidden", "document: it is none of the search's results")
    event_id = stable_id("DocumentOpened", shown.tenant, shown.user, shown.search, click.document)
    dwell = "" if click.dwell_seconds is None else repr(click.dwell_seconds)
    first = gateway.recent.first(event_id, f"{milliseconds(gateway.clock())} {dwell}")
    event = opened(shown, click.document, event_id, *_time_and_dwell(first))
    return Read(1, event, encode(event), {})


def _time_and_dwell(first: str) -> tuple[datetime, float | None]:
    at, _, dwell = first.partition(" ")
    return instant(int(at)), float(dwell) if dwell else None


def opened(shown: Shown, document: str, event_id: str, at: datetime, dwell_s: float | None) -> DocumentOpened:
    """Return the event of somebody opening one of the documents that they were shown. Pure."""
    rank = shown.documents.index(document) + 1
    return DocumentOpened(
        event_id=event_id,
        tenant=shown.tenant,
        occurred_at=at,
        user=shown.user,
        document=document,
        from_search=FromSearch(search=shown.search, query=shown.query, rank=rank),
        dwell_seconds=dwell_s,
    )
