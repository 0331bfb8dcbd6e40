"""`/healthz`, `/readyz`, `/metrics`: for monitoring. They need no key and name no tenant, user or document."""

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from gateway.answers import answer
from gateway.readiness import OK
from gateway.wiring import Gateway


def router(gateway: Gateway) -> APIRouter:
    """Return the routes."""
    made = APIRouter()

    @made.get("/healthz", response_class=PlainTextResponse)
    async def healthz() -> Response:
        """200 while the process lives."""
        return PlainTextResponse("ok\n")

    @made.get(
        "/readyz", responses={503: {"description": "a store does not answer", "content": {"application/json": {}}}}
    )
    async def readyz() -> Response:
        """200 when every store answers, else 503; which one does not."""
        found = await run_in_threadpool(gateway.ready)
        return answer(found, 200 if set(found.values()) == {OK} else 503)

    @made.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Counts, in Prometheus' text format."""
        return PlainTextResponse(gateway.metrics.text(gateway.delivery.waiting), media_type="text/plain; version=0.0.4")

    return made
