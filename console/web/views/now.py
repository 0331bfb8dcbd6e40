"""Now: what needs a person, what is live, what runs, whether anything is missing."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from console.web.attention import needs
from console.web.live import mark
from console.web.pages import render
from console.web.sign_in import Wiring
from console.web.tenants import Tenant
from operations import dead_letters, drift_decisions, since_cutover, status
from operations.dead_letters import Wanted
from stores import configuration
from stores.errors import Refused
from stores.serving import Serving, ServingRecord
from stores.warehouse import Row
from streams.drift.requests import run_id
from trainer.config import TrainingConfig

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
        advice = since_cutover.advice(console.watching.of(stores, tenant, live, console.now()), live, console.now())
    about, waiting = (found[0] if found else None), request.state.waiting
    over = about is not None and _over(requested, tenant, about["drift"])
    least = configuration.load("training", TrainingConfig, console.where.home).gate.min_queries
    letters = sum(row["letters"] - row["replayed"] for row in counts)
    return render(
        "now.html", request, title="Now", about=about, processes=processes, events=events, letters=letters,
        needs=needs(about, waiting, events, letters, refused, processes, advice, over), refresh_s=_REFRESH_S,
        beginning=live is None or live.version == 1, mark=moved, least=least,
        missing=sum(row["missing"] for row in events),
    )  # fmt: skip


def _over(requests: Sequence[Row], tenant: str, newest: Sequence[Row]) -> bool:
    """Tell whether the training that drift's newest window asked for has ended, or was dismissed."""
    asked = {run_id(tenant, row["window_end"]) for row in newest}
    return any(row["run"] in asked and (row["verdict"] != "RUNNING" or row["dismissed_by"]) for row in requests)


def _live(serving: Serving, tenant: str) -> ServingRecord | None:
    try:
        return serving.record(tenant) if tenant else None
    except Refused:  # altered in Redis, which the tenant's status says
        return None
