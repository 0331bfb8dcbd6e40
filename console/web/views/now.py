"""Now: what needs a person, what is live, what runs, whether anything is missing."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from console.web import first_steps
from console.web.attention import needs
from console.web.live import mark
from console.web.pages import render
from console.web.sign_in import Wiring
from console.web.tenants import Tenant
from operations import dead_letters, drift_decisions, since_cutover, status
from operations.dead_letters import Wanted
from stores import gateway_address
from stores.errors import Refused
from stores.serving import Serving, ServingRecord
from stores.warehouse import Row
from streams.drift.requests import run_id

router = APIRouter()

_REFRESH_S = 15


@router.get("/now")
def page(request: Request, console: Wiring, tenant: Tenant) -> HTMLResponse:
    """Show it."""
    processes = status.processes(console.where.home)
    with console.stores() as stores:
        moved = mark(stores.serving, tenant) if tenant else ""
        found = status.tenants(stores, tenant) if tenant else []
        events, refused = status.events(stores), status.refused_decisions(stores)
        counts = dead_letters.counts(stores.warehouse, Wanted())
        requested = drift_decisions.requests(stores.warehouse, tenant, 20) if tenant else []
        live = _live(stores.serving, tenant)
        steps = first_steps.read(stores, tenant) if live is None or live.version == 1 else []
        advice = since_cutover.advice(console.watching.of(stores, tenant, live, console.now()), live, console.now())
    letters = sum(row["letters"] - row["replayed"] for row in counts)
    about, waiting = (found[0] if found else None), request.state.waiting
    of_drift = _of_drift(requested, tenant, about["drift"]) if about is not None else []
    over = any(row["verdict"] != "RUNNING" or row["dismissed_by"] for row in of_drift)
    found_needs = needs(about, waiting, events, letters, refused, processes, advice, over, bool(of_drift))
    return render(
        "now.html", request, title="Now", about=about, processes=processes, events=events, letters=letters,
        needs=found_needs, calm=all(need.urgency == "info" for need in found_needs), refresh_s=_REFRESH_S,
        steps=steps, mark=moved,
        goes_on=first_steps.goes_on(tenant, gateway_address.url_of(console.where.home)) if about is not None else [],
        missing=sum(row["missing"] for row in events),
    )  # fmt: skip


def _of_drift(requests: Sequence[Row], tenant: str, newest: Sequence[Row]) -> list[Row]:
    """Return the requests for a training by drift's newest window."""
    asked = {run_id(tenant, row["window_end"]) for row in newest}
    return [row for row in requests if row["run"] in asked]


def _live(serving: Serving, tenant: str) -> ServingRecord | None:
    try:
        return serving.record(tenant) if tenant else None
    except Refused:  # altered in Redis, which the tenant's status says
        return None
