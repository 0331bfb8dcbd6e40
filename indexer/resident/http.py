"""The service over HTTP: one request a search, answered in JSON; errors are problems (RFC 9457) that say what to do.

    POST /v1/search      a `SearchRequest`; needs the token of the installation
    GET  /healthz        200 while the process lives

A caller with the token is trusted with the groups that it names: the service is for this installation's own programs.
"""

import secrets
from collections.abc import Callable

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from schemas.search import Problem, SearchAnswer, SearchRequest
from stores import problems
from stores.errors import Poison, Retryable, TidewheelError
from stores.problems import first_fault
from stores.search_client import PATH

MAX_BODY = 8 * 2**20
"""Bytes of a request: the most groups with the longest names fit."""

_UNAUTHORIZED = Problem(title="Misconfigured", status=401, detail="the search service's address has a wrong token")


def application(answer: Callable[[SearchRequest], SearchAnswer], token: str, waiting: int) -> Starlette:
    """Return the application; `answer` is called in threads, with at most `waiting` requests under way."""
    under_way = 0

    async def search(request: Request) -> Response:
        nonlocal under_way
        if not _allowed(request, token):
            return _response(_UNAUTHORIZED)
        if under_way >= waiting:
            return _response(problems.problem(Retryable(f"{waiting} searches are under way; try again")))
        under_way += 1
        try:
            asked = SearchRequest.model_validate_json(await _body(request))
            found = await run_in_threadpool(answer, asked)
        except ValidationError as error:
            return _response(problems.problem(Poison(first_fault(error))))
        except TidewheelError as error:
            return _response(problems.problem(error))
        finally:
            under_way -= 1
        return Response(found.model_dump_json(), media_type="application/json")

    async def healthz(request: Request) -> Response:
        return PlainTextResponse("ok\n")

    return Starlette(routes=[Route(PATH, search, methods=["POST"]), Route("/healthz", healthz)])


def _allowed(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "")
    return secrets.compare_digest(given.encode(), f"Bearer {token}".encode())


async def _body(request: Request) -> bytes:
    """Return the request's body. Raises `Poison` for one that is too large, without reading it to its end."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise Poison(f"a request has at most {MAX_BODY:,} bytes")
    return bytes(body)


def _response(problem: Problem) -> Response:
    headers = {"retry-after": "1"} if problem.status == 503 else {}
    return Response(problem.model_dump_json(), problem.status, headers, media_type=problems.MEDIA_TYPE)
