"""The console over HTTP: the views behind the sign-in, and every error as a page that says what to do next."""

import logging
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from console.web import live, sign_in
from console.web.guard import Guard
from console.web.pages import VIEWS, render
from console.web.sign_in import Forged, NotSignedIn, asked_to_sign_in, protected
from console.web.wiring import Console
from stores.errors import Misconfigured, Refused, Retryable, TidewheelError

LOG = logging.getLogger("console")

_STATUS = ((Refused, 409, "Refused"), (Retryable, 503, "Not now"), (Misconfigured, 500, "Something is to be put right"))
_OTHERWISE = (400, "It cannot be done")
_WORDS = {404: "There is nothing here.", 405: "This page is asked for in another way."}


def create_app(console: Console) -> ASGIApp:
    """Return the application, as it may meet the world."""
    return Guard(routes(console))


def routes(console: Console) -> FastAPI:
    """Return the application as FastAPI knows it."""
    app = FastAPI(title="Tidewheel console", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.console = console
    app.include_router(sign_in.router)
    app.include_router(live.router)
    for view in VIEWS:
        module = import_module(f"console.web.views.{view.name}")
        app.include_router(module.router, dependencies=[Depends(protected)])
    app.add_api_route("/", _first, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    app.add_exception_handler(NotSignedIn, _not_signed_in)
    app.add_exception_handler(Forged, _forged)
    app.add_exception_handler(TidewheelError, _failed)
    app.add_exception_handler(HTTPException, _unrouted)
    app.add_exception_handler(RequestValidationError, _misasked)
    app.add_exception_handler(Exception, _crashed)
    return app


def _first() -> Response:
    return RedirectResponse(sign_in.HOME, 303)


async def _not_signed_in(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotSignedIn)
    return asked_to_sign_in(request, error)


async def _forged(request: Request, error: Exception) -> Response:
    words = (
        "This form did not come from a page of the console that you have open. Nothing was done: load the page anew."
    )
    return _problem(request, 403, "Not from here", words)


async def _failed(request: Request, error: Exception) -> Response:
    status, title = next(((code, words) for kind, code, words in _STATUS if isinstance(error, kind)), _OTHERWISE)
    if status == 500:
        LOG.error("%s", error)
    return _problem(request, status, title, str(error))


async def _unrouted(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    title = "Not found" if error.status_code == 404 else _OTHERWISE[1]
    own = error.detail in {"Not Found", "Method Not Allowed"}  # of Starlette
    return _problem(request, error.status_code, title, _WORDS[error.status_code] if own else str(error.detail))


async def _misasked(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    names = ", ".join(sorted({str(each["loc"][-1]) for each in error.errors()}))
    return _problem(request, 400, "It cannot be done", f"The address has a value that does not fit: {names}.")


async def _crashed(request: Request, error: Exception) -> Response:
    return _problem(request, 500, "A fault of the console's", "Its log has it: HOME/logs/console.log.")


def _problem(request: Request, status: int, title: str, words: str) -> Response:
    if getattr(request.state, "session", None) is None:  # no view took the request: the navigation stays all the same
        console = sign_in.console_of(request)
        with suppress(TidewheelError):
            name = request.cookies.get(console.cookie, "")
            request.state.session = console.sessions.find(name, console.now(), by_itself=True)
            request.state.by_itself = True
    return render("problem.html", request, status=status, title=title, words=words)
