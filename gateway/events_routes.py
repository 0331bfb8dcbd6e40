"""`POST /v1/events`: events in, a verdict on each out, once the broker has those that were accepted."""

import asyncio

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from gateway import intake
from gateway.answers import Answered, answer
from gateway.callers import Caller
from gateway.intake import Taken
from gateway.openapi import OPENED, Receipt, body, problems
from gateway.wiring import Gateway

_INLINE = 64 * 1024
"""Bytes of a body up to which it is read where requests are answered; a larger one would hold the others up."""


def router(gateway: Gateway) -> APIRouter:
    """Return the route."""
    made = APIRouter()

    @made.post(
        "/v1/events",
        status_code=202,
        response_model=Receipt,
        responses={**problems(400, 401, 403, 408, 413, 415, 429, 503), 422: {"model": Receipt}},
        openapi_extra=body(
            {"oneOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]},
            [OPENED],
            "application/x-ndjson",
        ),
    )
    async def events(request: Request) -> Response:
        """Send one event, an array of them, or one a line (also `Content-Encoding: gzip`).

        202: the broker has all that were accepted; `items` says which, in the body's order. An event that is sent
        again, with the same `event_id`, changes no result.
        """
        caller = gateway.callers.caller(request.headers, "events")
        coding = request.headers.get("content-encoding", "")
        async with gateway.bodies.whole(caller.key, request.stream(), coding) as given:
            return await _sent(gateway, caller, given)

    return made


async def _sent(gateway: Gateway, caller: Caller, given: bytes) -> Response:
    taken = await taken_from(gateway, given, caller)
    if not taken.records:
        gateway.metrics.count("events", intake.REFUSED, by=len(taken.verdicts))
        if not taken.verdicts:
            raise Answered(400, "Bad Request", "the body holds no event")
        return answer(_receipt(taken), 422)
    await delivered(gateway, caller, taken)
    return answer(_receipt(taken), 202)


async def taken_from(gateway: Gateway, given: bytes, caller: Caller) -> Taken:
    """Return what a body holds. Raises `Answered` (413) for too many items."""
    most, now = gateway.config.body.items, gateway.clock()
    forgotten = await gateway.forgotten()
    if len(given) <= _INLINE:
        taken = intake.take(given, caller.tenant, now, most, forgotten)
    else:
        taken = await run_in_threadpool(intake.take, given, caller.tenant, now, most, forgotten)
    if taken is None:
        raise Answered(413, "Content Too Large", f"a body has at most {most:,} events; send several smaller ones")
    gateway.metrics.count("forgotten", by=taken.forgotten)
    return taken


async def delivered(gateway: Gateway, caller: Caller, taken: Taken) -> None:
    """Send what was accepted and return once the broker has it. Raises `Answered`: 429, or 503 without a broker."""
    count = len(taken.records)
    if not gateway.limits.spend_in_hand(f"{caller.key}:events", count):
        wait_s = await run_in_threadpool(gateway.spend, caller, events=count)
        if wait_s:
            raise Answered(429, "Too Many Requests", "more events than this key may send", retry_after_s=wait_s)
    await asyncio.wrap_future(gateway.delivery.hand(taken.records))
    gateway.metrics.count("events", intake.ACCEPTED, by=count)
    if refused := len(taken.verdicts) - count:
        gateway.metrics.count("events", intake.REFUSED, by=refused)


def _receipt(taken: Taken) -> dict[str, object]:
    items = [verdict.plain() for verdict in taken.verdicts]
    return {"accepted": taken.accepted, "refused": len(items) - taken.accepted, "items": items}
