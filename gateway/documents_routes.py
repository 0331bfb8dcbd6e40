"""`GET /v1/documents/ID`: a document as the person of the token may see it now."""

from fastapi import APIRouter, Request
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from gateway.answers import Answered, answer
from gateway.callers import Caller
from gateway.openapi import problems
from gateway.wiring import Gateway
from schemas.ids import DocumentId

_ID = TypeAdapter(DocumentId)


def router(gateway: Gateway) -> APIRouter:
    """Return the route."""
    made = APIRouter()

    @made.get("/v1/documents/{document:path}", responses=problems(401, 403, 404, 429, 503))
    async def read(request: Request, document: str) -> Response:
        """Read a document. One that is hidden from the person and one that is not there are answered alike (404)."""
        caller = gateway.callers.caller(request.headers, "search")
        person = gateway.callers.person(request.headers, caller.tenant)
        groups = frozenset(person.groups if person is not None else ())
        return answer(await run_in_threadpool(_document, gateway, caller, document, groups))

    return made


def _document(gateway: Gateway, caller: Caller, document: str, groups: frozenset[str]) -> dict[str, object]:
    wait_s = gateway.spend(caller, searches=1)
    if wait_s:
        raise Answered(429, "Too Many Requests", "more documents than this key may ask for", retry_after_s=wait_s)
    found = gateway.documents.read(caller.tenant, document, groups) if _is_id(document) else None
    if found is None:
        raise Answered(404, "Not Found", "there is no such document for this person")
    return found


def _is_id(document: str) -> bool:
    try:
        _ID.validate_python(document)
    except ValidationError:
        return False
    return True
