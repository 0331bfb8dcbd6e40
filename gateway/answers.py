"""What is answered: JSON, or a problem (RFC 9457) that says what to do. Nothing of what was sent is repeated in it
but what is escaped as JSON, and no answer is ever taken for a page."""

import math
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from schemas.search import Problem
from stores import problems
from stores.errors import TidewheelError

_BODY_UNREAD = {401, 403, 408, 413, 415, 503}
"""Statuses that may be answered before a body has come whole."""

_NO_PAGE = {"x-content-type-options": "nosniff", "cache-control": "no-store"}


class Answered(Exception):
    """Ends a request with a problem: its status, its kind in few words, and what to do; its body may be `unread`."""

    def __init__(
        self, status: int, title: str, detail: str, retry_after_s: float | None = None, unread: bool = False
    ) -> None:
        super().__init__(detail)
        self.problem = Problem(title=title, status=status, detail=detail)
        self.retry_after_s, self.unread = retry_after_s, unread


def answer(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:  # noqa: ANN401  # JSON
    """Return an answer in JSON."""
    return Response(orjson.dumps(content), status, {**_NO_PAGE, **(headers or {})}, "application/json")


def refusal(error: Answered, unread: bool = False) -> Response:
    """Return the answer to a request that was ended; the connection ends, too, where its body may be `unread`.

    Otherwise a client could go on sending for ever.
    """
    headers = dict(_NO_PAGE)
    if unread or error.unread or error.problem.status in _BODY_UNREAD:
        headers["connection"] = "close"
    if error.retry_after_s is not None:
        headers["retry-after"] = str(math.ceil(error.retry_after_s))
    if error.problem.status == 401:
        headers["www-authenticate"] = 'Bearer realm="tidewheel"'
    return Response(error.problem.model_dump_json(), error.problem.status, headers, problems.MEDIA_TYPE)


def of_error(error: TidewheelError) -> Answered:
    """Return how one of our errors ends a request; what only an operator can mend keeps its detail to the log."""
    found = problems.problem(error)
    if found.status == 500:
        return Answered(500, found.title, "the installation is misconfigured; its operator finds the reason in the log")
    return Answered(found.status, found.title, found.detail, 1 if found.status == 503 else None)
