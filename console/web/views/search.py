"""A working search: what is live answers, and one keystroke or button says of a result whether it was useful.

Searches are an operator's trials and nobody's work: like those of `tidewheel search` they name no user, so that none is
recorded, and none is in sessions, drift, labels or shares of what satisfied. Feedback is said on purpose: it teaches as
the signed-in operator's, like anybody's. An operator is in no group here, so only what everyone may see is found.
"""

from contextlib import suppress
from typing import get_args
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from console.web.pages import render
from console.web.sign_in import Fields, Operator, Wiring
from console.web.tenants import Tenant
from console.web.wiring import Console
from operations import feedback, indexing, shown_document, tenants
from operations.feedback import Feedback, Opinion
from operations.indexing import Indexed
from retrieval.queries import NoWord, require_words
from schemas.limits import MAX_TEXT
from schemas.search import SearchAnswer, SearchRequest
from stores.errors import Refused, Retryable
from stores.problems import first_fault

router = APIRouter()

SCRIPTED = "x-console-script"
"""A header of our own script's: it shows by itself that feedback was taken, and needs no page."""


@router.get("/search")
def page(
    request: Request,
    console: Wiring,
    tenant: Tenant,
    q: str = "",
    search: str = "",
    noted: str = "",
    opinion: str = "",
) -> Response:
    """Show the search, and what it found for `q`; after feedback, what was `noted` of which document."""
    problem, answer = "", None
    if tenant and q:
        try:
            answer = _answer(console, asked(tenant, q))
        except NoWord as error:
            problem = str(error)
        except ValidationError as error:
            problem = first_fault(error)
    return render(
        "search.html",
        request,
        title="Search",
        q=q,
        problem=problem,
        answer=answer,
        search=search or uuid4().hex,
        noted=noted,
        opinion=opinion,
        most=MAX_TEXT,
        indexed=_indexed(console, tenant) if tenant else None,
    )


@router.get("/search/document")
def one(request: Request, console: Wiring, tenant: Tenant, document: str = "") -> Response:
    """Show a document that everyone may see. Raises a 404, in the same words for one that is hidden and for none."""
    with console.stores() as stores:
        found = shown_document.read(stores.warehouse, stores.lists, tenant, document)
    if found is None:
        raise HTTPException(404, "There is no such document that everyone may see.")
    return render("document.html", request, title=found.title or found.document, found=found)


@router.post("/search/feedback")
def give(request: Request, console: Wiring, operator: Operator, tenant: Tenant, form: Fields) -> Response:
    """Take an opinion on a result, and go back to the results."""
    if not operator.may:
        raise Refused("your key is for looking alone; an opinion teaches the model")
    given = read(form, tenant, operator.operator)
    with console.stores() as stores:
        feedback.send(stores, feedback.events(given, console.now()))
    if SCRIPTED in request.headers:
        return Response(status_code=204)
    back = {"tenant": tenant, "q": given.query, "search": given.search, "noted": given.document}
    return RedirectResponse(f"/search?{urlencode(back | {'opinion': given.opinion})}", 303)


def asked(tenant: str, query: str) -> SearchRequest:
    """Return the request of a search, which names nobody and so is not recorded.

    Raises `NoWord` or `pydantic.ValidationError` for what cannot be searched. Pure.
    """
    require_words([query])
    return SearchRequest(tenant=tenant, query=query)


def read(form: dict[str, str], tenant: str, user: str) -> Feedback:
    """Return the opinion that a form states. Raises a 400 where it states none. Pure."""
    opinions: dict[str, Opinion] = {each: each for each in get_args(Opinion)}
    opinion = opinions.get(form.get("opinion", ""))
    missing = [name for name in ("search", "q", "document") if not form.get(name)]
    if opinion is None or missing or not tenant:
        raise HTTPException(400, "the form does not say what is thought of which result")
    given = Feedback(tenant, user, form["search"], form["q"], form["document"], opinion)
    if len(given.query) > MAX_TEXT or len(given.document) > 256 or len(given.search) > 256:
        raise HTTPException(400, "the form names a search or a document that cannot be one")
    return given


def _indexed(console: Console, tenant: str) -> Indexed | None:
    """Return how much of what there is can be found; None while the warehouse is away, or the record was altered."""
    with suppress(Retryable, Refused), console.stores() as stores:
        record = stores.serving.record(tenant)
        return indexing.read(stores.warehouse, tenant, record.collection if record else "")
    return None


def _answer(console: Console, request: SearchRequest) -> SearchAnswer:
    """Return the answer. Where there is none, raises what the stores know better than the search."""
    try:
        return console.search(request)
    except (Refused, Retryable):
        with console.stores() as stores:
            tenants.check_answerable(stores, request.tenant)
        raise
