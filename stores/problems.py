"""Errors as they go over HTTP (RFC 9457): which status says what, for every service of ours."""

from pydantic import ValidationError

from schemas.search import Problem
from stores.errors import Misconfigured, Poison, Refused, Retryable, TidewheelError

MEDIA_TYPE = "application/problem+json"

_ANSWERED_BY: dict[type[TidewheelError], int] = {Retryable: 503, Refused: 409, Poison: 422, Misconfigured: 500}


def problem(error: TidewheelError) -> Problem:
    """Return the problem that tells of an error: its kind is the title, its message the detail."""
    kind, status = next((kind, status) for kind, status in _ANSWERED_BY.items() if isinstance(error, kind))
    return Problem(title=kind.__name__, status=status, detail=str(error))


def first_fault(error: ValidationError) -> str:
    """Return where a value is wrong first, and what is right; what was given is not repeated."""
    about = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(map(str, about["loc"])) or "the body"
    return f"{where}: {about['msg']}"
