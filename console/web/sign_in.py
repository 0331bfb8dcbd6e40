"""Signing in with an operator's own key, and what every request has to show after that.

    tidewheel open ──▶ link with a one-time code ──▶ page with a button ──▶ POST ──▶ session
    or the key pasted on the page ─────────────────────────────────────────▶ POST ──▶ session

A code names the file of the operator's key, in a note in the home that only its owner reads; the key itself crosses no
wire. A decision is signed with the key of the session, so it is the operator's own, as on the command line. Every
request asks the registry again: a revoked key's session is over with the next one.
"""

import hmac
import re
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from console.web.forms import Form, read_form
from console.web.pages import BY_ITSELF, render
from console.web.sessions import Session
from console.web.wiring import Console
from operations import sign_in_codes
from stores import keys
from stores.errors import Misconfigured, Refused

_OWN_PATH = re.compile(r"/[A-Za-z0-9][A-Za-z0-9/_.~%?=&:+-]*")
HOME = "/now"

router = APIRouter()


class NotSignedIn(Exception):
    """Nobody is signed in, or not any more; `why` says so in words."""

    def __init__(self, why: str = "") -> None:
        super().__init__(why)
        self.why = why


class Forged(Exception):
    """A form that did not come from a page of ours that this operator has open."""


def console_of(request: Request) -> Console:
    """Return what the routes work with."""
    console: Console = request.app.state.console
    return console


async def protected(request: Request) -> None:
    """Let a request through that an operator's own page made, with `state.session` and, of a POST, `state.form`.

    Raises `NotSignedIn` or `Forged`. Every view stands behind this.
    """
    console = console_of(request)
    try:
        name, by_itself = request.cookies.get(console.cookie, ""), BY_ITSELF in request.headers
        session = console.sessions.find(name, console.now(), by_itself or request.url.path == "/live")
    except Refused as error:
        raise NotSignedIn(str(error)) from error
    if session is None:
        raise NotSignedIn
    if request.method not in {"GET", "HEAD"}:
        same_origin(request)
        form = await read_form(request)
        if not hmac.compare_digest(form.get("csrf", "").encode(), session.csrf.encode()):
            raise Forged
        request.state.form = form
    request.state.session, request.state.by_itself = session, by_itself


def same_origin(request: Request) -> None:
    """Raise `Forged` unless a page of the same scheme, host and port sent the request."""
    if request.headers.get("origin", "") != f"{request.url.scheme}://{request.headers.get('host', '')}":
        raise Forged


def session_of(request: Request) -> Session:
    """Return the session of a request that `protected` let through."""
    session: Session = request.state.session
    return session


def form_of(request: Request) -> Form:
    """Return the fields of a form that `protected` let through."""
    form: Form = request.state.form
    return form


Operator = Annotated[Session, Depends(session_of)]
Fields = Annotated[Form, Depends(form_of)]
Wiring = Annotated[Console, Depends(console_of)]


@router.get("/sign-in")
def sign_in_page(request: Request, code: str = "", next: str = HOME) -> Response:
    """Show how to sign in; looking uses up no code."""
    return _page(request, code, next)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Begin a session by a one-time code or a pasted key."""
    same_origin(request)
    form, console = await read_form(request), console_of(request)
    code, onward = form.get("code", ""), form.get("next", HOME)
    try:
        key = sign_in_codes.take(console.where, code, console.now()) if code else keys.parse(form.get("key", ""), "it")
        name = console.sessions.open(key, console.now())
    except (Misconfigured, Refused) as error:
        return _page(request, "", onward, str(error), 403)
    answer = RedirectResponse(own_path(onward), 303)
    answer.set_cookie(console.cookie, name, httponly=True, samesite="strict", secure=request.url.scheme == "https")
    return answer


@router.post("/sign-out", dependencies=[Depends(protected)])
def sign_out(request: Request, console: Wiring) -> Response:
    """End the session; its cookie opens nothing after that, wherever a copy of it is."""
    console.sessions.close(request.cookies.get(console.cookie, ""))
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(console.cookie, httponly=True, samesite="strict")
    return answer


def asked_to_sign_in(request: Request, error: NotSignedIn) -> Response:
    """Return the way to the sign-in page, and from there to what was asked for; a form is not repeated by itself."""
    if request.method == "GET" and not error.why:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/sign-in?next={quote(request.url.path + query, safe='')}", 303)
    return _page(request, "", HOME, error.why or "You are not signed in any more; nothing was done.", 401)


def own_path(path: str) -> str:
    """Return a path of the console's own, the first page for anything else."""
    return path if _OWN_PATH.fullmatch(path) else HOME


def _page(request: Request, code: str, onward: str, problem: str = "", status: int = 200) -> Response:
    context = {"status": status, "code": code, "next": own_path(onward), "problem": problem}
    return render("sign_in.html", request, title="Sign in", **context)
