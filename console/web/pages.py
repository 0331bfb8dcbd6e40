"""Pages: a template and what it shows, in the layout that all of them share.

A view is one line of `VIEWS`: its file in `console/web/views` (with a `router`), and its words in the navigation.
"""

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from console.how_far import how_far
from console.text import printable_lines, span
from console.web import glossary
from console.web.sessions import Session
from console.web.signal_words import words


class View(NamedTuple):
    """One entry of the navigation; its path is `/NAME`."""

    name: str
    title: str


VIEWS = (
    View("now", "Now"),
    View("drift", "Drift"),
    View("runs", "Runs"),
    View("cutover", "Cutover"),
    View("quality", "Quality"),
    View("data", "Data"),
    View("audit", "Audit"),
    View("search", "Search"),
)
"""In the order of the navigation."""

BY_ITSELF = "x-by-itself"
"""A header of requests that an open page makes by itself, without its operator."""


def render(template: str, request: Request, **context: Any) -> HTMLResponse:  # noqa: ANN401
    """Return a template of `console/web/templates` as a page, with the HTTP status `context["status"]`, 200 by default.

    Templates see `context`, and `request`, `views`, `here` (the first part of the path), `tenant` and `tenants` (those
    that the page may be about), `session` (None on pages before sign-in),
    `note` (what was just done) and `now`. A page that shows what moves has the `mark` of what it was made
    from, and looks again every `refresh_s` seconds for what no mark covers. Every value is escaped.
    """
    state = request.state
    session: Session | None = getattr(state, "session", None)
    given = {
        "request": request,
        "views": VIEWS,
        "here": request.url.path.strip("/").partition("/")[0],
        "tenant": getattr(state, "tenant", ""),
        "tenants": getattr(state, "tenants", []),
        "session": session,
        "note": session.take_note() if session and not getattr(state, "by_itself", False) else "",
        "now": datetime.now(UTC),
        "refresh_s": 0,
        "mark": "",
    }
    return HTMLResponse(written(template, **(given | context)), context.get("status", 200))


def written(template: str, **context: Any) -> str:  # noqa: ANN401
    """Return a template of `console/web/templates` with exactly this context. Every value is escaped."""
    return _ENVIRONMENT.get_template(template).render(context)


def shown(value: object) -> object:
    """Return what a template prints for a value: "-" for None, and of a text nothing that turns or hides others."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable_lines(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def prose(text: str) -> Markup:
    """Return a text as a sentence of a page: escaped, with a capital letter, and what stands in backticks as code."""
    safe = str(escape(printable_lines(text[:1].upper() + text[1:])))
    return Markup(re.sub(r"`([^`\n]+)`", r"<code>\1</code>", safe))


def whole(value: float | None) -> str:
    """Return a count as people read it."""
    return "-" if value is None else f"{value:,.0f}"


def decimals(value: float | None, places: int = 3, signed: bool = False) -> str:
    """Return a statistic to so many places, with its sign if asked for."""
    return "-" if value is None else f"{value:{'+' if signed else ''}.{places}f}"


def moment(value: datetime | str | None) -> str:
    """Return an instant to the minute, in UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if value else None
    return "-" if value is None else f"{value:%Y-%m-%d %H:%M} UTC"


def day(value: datetime) -> str:
    """Return an instant's date, in UTC."""
    return f"{value:%Y-%m-%d}"


def signal_title(name: str) -> str:
    """Return what a drift signal is called."""
    return words(name).title


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("console.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=shown,
    )  # fmt: skip
    made.globals["glossary"] = glossary
    made.filters |= {
        "day": day,
        "prose": prose,
        "signal_title": signal_title,
        "how_far": how_far,
        "rung": glossary.rung,
        "slice_name": glossary.slice_name,
        "slice_meaning": glossary.slice_meaning,
        "whole": whole,
        "decimals": decimals,
        "moment": moment,
        "span": span,
    }
    return made


_ENVIRONMENT = _environment()
