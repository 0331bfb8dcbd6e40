"""`POST /ubi_queries`, `POST /ubi_events`: 200 once the broker has what was accepted, for senders that never retry."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from gateway.answers import Answered, answer
from gateway.callers import Caller
from gateway.forgotten import Forgotten
from gateway.openapi import body, problems
from gateway.ubi import intake
from gateway.ubi.intake import Taken, Terms
from gateway.ubi.meaning import Known
from gateway.ubi.reading import Acted, Asked, Unreadable
from gateway.wiring import Gateway
from stores.errors import Retryable

_QUERY = {
    "query_id": "q1", "user_query": "wireless headphones", "client_id": "c1", "object_id_field": "sku",
    "timestamp": "2026-11-01T09:05:00Z", "query_response_hit_ids": ["p-1", "p-2"],
}  # fmt: skip
_EVENT = {
    "action_name": "click", "query_id": "q1", "client_id": "c1", "timestamp": 1793523910000,
    "event_attributes": {"object": {"object_id": "p-1", "object_id_field": "sku"}, "position": {"ordinal": 1}},
}  # fmt: skip
_ITEMS = {"oneOf": [{"type": "array", "items": {"type": "object"}}, {"type": "object"}]}
_KEY = Query(default=None, description="a key of the scope `events` alone, for senders that can set no header")


def router(gateway: Gateway) -> APIRouter:
    """Return the routes."""
    made = APIRouter()
    said: dict[str, Any] = {"responses": problems(400, 401, 403, 408, 413, 415, 429, 503)}

    @made.post("/ubi_queries", openapi_extra=body(_ITEMS, [_QUERY]), **said)
    async def ubi_queries(request: Request, key: str | None = _KEY) -> Response:
        """Take UBI queries, an array of them or one, in snake_case or as the OpenSearch plugin posts them."""
        return await _taken(gateway, request, key, "queries", _queries)

    @made.post("/ubi_events", openapi_extra=body(_ITEMS, [_EVENT]), **said)
    async def ubi_events(request: Request, key: str | None = _KEY) -> Response:
        """Take UBI events, an array of them or one. Actions that nobody gave a meaning are counted, not refused."""
        return await _taken(gateway, request, key, "events", _events)

    return made


async def _taken(gateway: Gateway, request: Request, key: str | None, kind: str, read: Any) -> Response:  # noqa: ANN401
    caller = gateway.callers.sender(request.headers, key)
    coding = request.headers.get("content-encoding", "")
    async with gateway.bodies.whole(caller.key, request.stream(), coding) as given:
        return await _sent(gateway, caller, given, kind, read)


async def _sent(gateway: Gateway, caller: Caller, given: bytes, kind: str, read: Any) -> Response:  # noqa: ANN401
    try:
        items = intake.items_of(given, gateway.config.body.items)
    except Unreadable as error:
        raise Answered(400, "Bad Request", str(error)) from error
    if items is None:
        raise Answered(413, "Content Too Large", f"a body has at most {gateway.config.body.items:,} items")
    terms = _terms(gateway, caller, await gateway.forgotten())
    taken, remember = await run_in_threadpool(read, gateway, caller, items, terms)
    wait_s = await run_in_threadpool(gateway.spend, caller, events=len(taken.records))
    if wait_s:
        raise Answered(429, "Too Many Requests", "more events than this key may send", retry_after_s=wait_s)
    await run_in_threadpool(_remember, gateway, caller, remember)
    if taken.records:
        await asyncio.wrap_future(gateway.delivery.hand(taken.records))
    for verdict, count in (
        ("accepted", len(taken.records)),
        ("refused", len(taken.refused)),
        ("ignored", taken.ignored.total()),
    ):
        gateway.metrics.count("ubi", kind, verdict, by=count)
    gateway.metrics.count("forgotten", by=taken.forgotten)
    return answer(taken.plain())


def _queries(gateway: Gateway, caller: Caller, items: Sequence[object], terms: Terms) -> tuple[Taken, list[Asked]]:
    taken = Taken()
    found = intake.queries(items, taken)
    intake.take_queries(found, terms, _known(gateway, caller, list(found.values()), ()), taken)
    return taken, [item for index, item in found.items() if item.query_id and index not in taken.refused]


def _remember(gateway: Gateway, caller: Caller, asked: Sequence[Asked]) -> None:
    """Keep what later clicks have to know of queries that were taken."""
    with suppress(Retryable):  # without Redis a click does not find its search; both are taken all the same
        for item in asked:
            gateway.recent.keep_search(caller.tenant, item.query_id, intake.remembered(item))


def _events(gateway: Gateway, caller: Caller, items: Sequence[object], terms: Terms) -> tuple[Taken, list[Asked]]:
    taken = Taken()
    found = intake.actions(items, terms, taken)
    done = [event for event, _ in found.values()]
    searches = [event.query_id for event in done if event.query_id]
    intake.take_events(found, terms, _known(gateway, caller, done, searches), taken)
    return taken, []


def _known(gateway: Gateway, caller: Caller, items: Sequence[Asked | Acted], searches: Sequence[str]) -> Known:
    numbers, found, kept = intake.digits_of(items), frozenset[str](), {}
    with suppress(Retryable):
        kept = gateway.recent.searches(caller.tenant, list(dict.fromkeys(searches)))
    if numbers:
        lists = gateway.lists.get(caller.tenant, numbers).lists
        found = frozenset(document for document, one in lists.items() if one.groups is not None)
    return Known(kept, found)


def _terms(gateway: Gateway, caller: Caller, forgotten: Forgotten) -> Terms:
    rules = gateway.config.ubi
    return Terms(caller.tenant, gateway.clock(), rules.actions, rules.applications, forgotten)
