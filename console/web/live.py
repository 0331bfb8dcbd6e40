"""What tells an open page that something moved: server-sent events, each of which says only that it is time to look.

A stream ends by itself after `LASTS_S`, and the browser asks for the next one with the mark that it saw last. So each
minute it has to show again that somebody is signed in, and nothing that moved in between is missed.
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from console.web.sign_in import Wiring, protected
from console.web.tenants import Tenant
from console.web.wiring import Console
from stores.errors import Refused, TidewheelError
from stores.serving import Serving

router = APIRouter(dependencies=[Depends(protected)])

LASTS_S = 60.0
LOOK_EVERY_S = 2.0
_AGAIN_MS = 1_000


@router.get("/live")
async def live(request: Request, console: Wiring, tenant: Tenant, seen: str = "") -> StreamingResponse:
    """Stream an event whenever the tenant's models, shadows or decisions are not what the page has `seen`."""
    if console.streams.locked():
        raise HTTPException(503, "Too many pages are open at once; this one looks from time to time.")
    known = request.headers.get("last-event-id") or seen
    return StreamingResponse(_moves(console, tenant, known), media_type="text/event-stream")


async def _moves(console: Console, tenant: str, known: str) -> AsyncIterator[str]:
    """Yield events for `LASTS_S` seconds; a store that is away ends them sooner."""
    until = time.monotonic() + LASTS_S
    async with console.streams:
        yield f"retry: {_AGAIN_MS}\n\n"
        while time.monotonic() < until and not console.ending.is_set():
            try:
                found = await run_in_threadpool(_mark_of, console, tenant)
            except TidewheelError:
                return
            if found != known:
                yield f"id: {found}\ndata: moved\n\n"
                known = found
            await asyncio.sleep(LOOK_EVERY_S)


def _mark_of(console: Console, tenant: str) -> str:
    with console.stores() as stores:
        return mark(stores.serving, tenant)


def mark(serving: Serving, tenant: str) -> str:
    """Return a word that is another one once what is live, a shadow, its packet or progress, or a decision moved.

    Where somebody altered one of these in Redis, that is the word: the pages say what is wrong.
    """
    try:
        return _mark(serving, tenant)
    except (Refused, ValidationError):
        return "altered"


def _mark(serving: Serving, tenant: str) -> str:
    held = (serving.states(tenant), serving.collections(tenant), serving.progress(tenant))
    moving = (serving.record(tenant), [sorted(each.items()) for each in held], sorted(serving.outcomes(tenant)))
    return hashlib.sha256(repr(moving).encode()).hexdigest()[:16]
