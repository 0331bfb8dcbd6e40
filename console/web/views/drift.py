"""Drift: each signal over time, what was decided and why, the words that are new, and the query behind all of it.

An operator dismisses the newest request with a reason, or mutes drift until a date, by forms that work without scripts.
"""

from datetime import timedelta
from typing import Annotated
from urllib.parse import quote

import click
from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console.parameters import DATE
from console.web import drift_charts
from console.web.charts import WIDTH, drawn
from console.web.deciding import reason_of, signer
from console.web.pages import render
from console.web.sign_in import Fields, Operator, Wiring
from console.web.signal_words import VERDICTS, words
from console.web.tenants import Tenant
from operations import drift_decisions, drift_history
from operations.drift_history import DriftHistory
from operations.periods import Period, recent
from operations.shown_sql import shown
from stores.errors import Misconfigured, Refused

router = APIRouter()

Days = Annotated[int, Query(ge=7, le=730)]
LENGTHS = (30, 90, 365)
_MOST_WORDS = 60


@router.get("/drift")
def page(request: Request, console: Wiring, tenant: Tenant, days: Days = 90) -> HTMLResponse:
    """Show the drift of a tenant, the signal that is nearest to its limit first."""
    if not tenant:
        return render("drift.html", request, title="Drift", found=None, days=days)
    period, found = _read(console, tenant, days)
    with console.stores() as stores:
        requests = drift_decisions.requests(stores.warehouse, tenant, 1)
        muted = stores.trail.drift_decisions(tenant).mute_of(period.until)
    return render(
        "drift.html",
        request,
        title="Drift",
        found=found,
        request_of_drift=requests[0] if requests else None,
        muted=muted,
        days=days,
        lengths=LENGTHS,
        period=period,
        words=words,
        verdicts=VERDICTS,
        described=drift_charts.described,
        now_words=drift_charts.now,
        width=WIDTH,
        heights={each.name: drift_charts.chart(each, found.happenings).height for each in found.signals},
        new_words=found.new_words[:_MOST_WORDS],
        sql=shown(drift_history.QUERY, tenant=tenant, **period.parameters()),
        sql_marks=shown(drift_history.HAPPENINGS, tenant=tenant, **period.parameters()),
    )


@router.get("/drift/chart.svg")
def picture(console: Wiring, tenant: Tenant, signal: str, days: Days = 90, dark: bool = False) -> Response:
    """Return the chart of a signal. Raises a 404 for a signal that has no window."""
    _, found = _read(console, tenant, days)
    signals = {each.name: each for each in found.signals}
    if signal not in signals:
        raise HTTPException(404, "There is no window of such a signal.")
    chart = drift_charts.chart(signals[signal], found.happenings)
    return Response(drawn(chart, dark), media_type="image/svg+xml")


@router.post("/drift/dismiss")
def dismiss(console: Wiring, session: Operator, tenant: Tenant, form: Fields) -> Response:
    """Say that a training which drift asked for is needless; it counts as refused."""
    reason, run = reason_of(form.get("reason", "")), form.get("run", "")
    with console.stores() as stores:
        drift_decisions.dismiss(
            stores.warehouse, stores.publish, signer(console, session), tenant, run, session.operator, reason,
            console.now(),
        )  # fmt: skip
    session.note = f"Dismissed. {run} counts as refused, and drift asks less often."
    return _back(tenant)


@router.post("/drift/mute")
def mute(console: Wiring, session: Operator, tenant: Tenant, form: Fields) -> Response:
    """Have drift ask for nothing until a date, or let it ask again before that date."""
    reason, sign = reason_of(form.get("reason", "")), signer(console, session)
    with console.stores() as stores:
        if "unmute" in form:
            drift_decisions.unmute(stores.publish, sign, tenant, session.operator, reason, console.now())
            session.note = "Drift may ask for a training again."
            return _back(tenant)
        try:
            until = DATE.convert(form.get("until", ""), None, None)
            drift_decisions.mute(stores.publish, sign, tenant, until, session.operator, reason, console.now())
        except (click.UsageError, Misconfigured) as error:
            raise Refused("say until when: a day within a year from now") from error
    session.note = f"Drift asks for no training before {until:%Y-%m-%d}."
    return _back(tenant)


def _back(tenant: str) -> Response:
    return RedirectResponse(f"/drift?tenant={quote(tenant)}", 303)


def _read(console: Wiring, tenant: str, days: int) -> tuple[Period, DriftHistory]:
    if not tenant:
        raise Refused("nobody sent anything yet, so there is no drift to be shown")
    with console.stores() as stores:
        period = recent(stores.warehouse, tenant, timedelta(days=days), console.now())
        return period, drift_history.read(stores.warehouse, tenant, period)
