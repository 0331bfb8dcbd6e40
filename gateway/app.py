"""The gateway over HTTP: which path does what, and how every request is counted and every error answered.

POST /v1/events          events of producers; key with the scope `events`
POST /v1/search          a search by somebody's person token; `search`
POST /v1/clicks          a click on a search's result, by the search's token
GET  /v1/documents/ID    a document as the person may see it now; `search`
POST /ubi_queries        User Behavior Insights, as engines and pages send it; `events`
POST /ubi_events
GET  /healthz /readyz /metrics /openapi.json
"""

import logging
import time

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import documents_routes, events_routes, health_routes, search_routes
from gateway.answers import Answered, of_error, refusal
from gateway.metrics import Metrics
from gateway.openapi import described
from gateway.ubi import routes as ubi_routes
from gateway.unread import TakesRest
from gateway.wiring import Gateway
from stores.errors import TidewheelError

LOG = logging.getLogger("gateway")

DESCRIPTION = """\
Send events, search, and report clicks. Errors are problems (RFC 9457) whose `detail` says what to do; after 429 and 503
come again when `Retry-After` says. A key (`tidewheel keys add`) names the tenant: `Authorization: Bearer tw_...`.
"""


def application(gateway: Gateway) -> ASGIApp:
    """Return the application, with every answer counted."""
    return _Counted(TakesRest(routes(gateway)), gateway.metrics)


def routes(gateway: Gateway) -> FastAPI:
    """Return the application as FastAPI knows it."""
    app = FastAPI(title="Tidewheel gateway", version="1", description=DESCRIPTION, docs_url=None, redoc_url=None)
    for router in (events_routes, search_routes, documents_routes, ubi_routes, health_routes):
        app.include_router(router.router(gateway))
    app.add_exception_handler(Answered, _answered)
    app.add_exception_handler(TidewheelError, _failed)
    app.add_exception_handler(HTTPException, _unrouted)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _crashed)
    described(app)
    return app


async def _answered(request: Request, error: Exception) -> Response:
    assert isinstance(error, Answered)
    return refusal(error)


async def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, TidewheelError)
    found = of_error(error)
    if found.problem.status == 500:
        LOG.error("%s", error)
    return refusal(found)


async def _unrouted(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    what = {404: "there is nothing here", 405: "this path takes another method"}
    return refusal(Answered(error.status_code, error.detail, what.get(error.status_code, error.detail)), True)


async def _gone(request: Request, error: Exception) -> Response:
    return Response(status_code=400)


async def _crashed(request: Request, error: Exception) -> Response:
    return refusal(Answered(500, "Internal Server Error", "an error of the gateway's; its log has it"))


class _Counted:
    """Counts requests and how long they took, by the path's pattern: what people type makes no new label."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            path = getattr(scope.get("route"), "path", "other")
            self._metrics.took(path, status, time.perf_counter() - began)
