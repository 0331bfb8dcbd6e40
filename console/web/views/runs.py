"""Runs: how every training run ended, what the gate saw, and which real queries changed most.

An operator asks for one, and stops one that goes on, with a reason, by forms that work without scripts.
"""

from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console import duration
from console.next_step import Ended, next_step
from console.outlook import outlook
from console.web.comparing import compared
from console.web.deciding import reason_of, signer
from console.web.pages import render
from console.web.sign_in import Fields, Operator, Wiring
from console.web.tenants import Tenant
from console.web.wiring import Console
from operations import analysis, decisions, lineage, run_report, run_stops
from operations.lineage import Node
from schemas.learning import ModelRefused, ModelTrained
from stores import configuration, training_status
from stores.errors import Refused
from stores.shelf import Shelf
from trainer.config import TrainingConfig

router = APIRouter()

_NEWEST = 50
_REFRESH_S = 15
"""Pages of what goes on look again."""


@router.get("/runs")
def page(request: Request, console: Wiring, tenant: Tenant) -> HTMLResponse:
    """Show the newest runs."""
    with console.stores() as stores:
        runs = analysis.runs(stores.warehouse, tenant, _NEWEST) if tenant else []
        expected = outlook(stores.warehouse, console.where, tenant) if tenant else ""
        goes_on = any(one["verdict"] == "RUNNING" for one in runs)
        training = training_status.read(stores.redis, tenant) if goes_on else {}
    return render(
        "runs.html", request, title="Runs", runs=runs, outlook=expected, goes_on=goes_on, training=training,
        duration=duration.in_words(runs),
        refresh_s=_REFRESH_S if goes_on else 0,
    )  # fmt: skip


@router.post("/runs")
def ask(console: Wiring, session: Operator, tenant: Tenant, form: Fields) -> Response:
    """Ask for a training now, without waiting for drift. Raises `Refused` while one goes on."""
    reason = reason_of(form.get("reason", ""))
    with console.stores() as stores:
        if going := next(
            (r["run"] for r in analysis.runs(stores.warehouse, tenant, 1) if r["verdict"] == "RUNNING"), ""
        ):
            raise Refused(f"{going} goes on; wait for its end, or stop it on its page")
        request = decisions.request_training(
            stores.publish, signer(console, session), tenant, session.operator, reason, "live", console.now()
        )
    session.note = f"{request.run} is asked for. It stands here within seconds, and its page shows how far it is."
    return RedirectResponse(f"/runs?tenant={quote(tenant)}", 303)


@router.get("/runs/{run}")
def one(request: Request, console: Wiring, tenant: Tenant, run: str) -> HTMLResponse:
    """Show one run."""
    with console.stores() as stores:
        expected = outlook(stores.warehouse, console.where, tenant) if tenant else ""
        found = run_report.report(stores.warehouse, stores.lists, stores.signing, tenant, run, console.now())
        origin = _lineage(lineage.trace(stores.warehouse, run, tenant))
        now_at = {} if found.end else training_status.read(stores.redis, tenant)
    return render(
        "run.html", request, title=f"Run {run}", run=run, found=found, origin=origin,
        gate=found.end.comparison if found.end else None, card=_card(console, found.end),
        verdict="WIN" if isinstance(found.end, ModelTrained) else found.end.verdict if found.end else "RUNNING",
        losses=[compared(example) for example in found.losses], wins=[compared(example) for example in found.wins],
        training=now_at if now_at.get("run") == run else {}, next_steps=_next(console, found.end, expected),
        refresh_s=0 if found.end else _REFRESH_S,
    )  # fmt: skip


def _next(console: Console, end: ModelTrained | ModelRefused | None, expected: str) -> tuple[str, ...]:
    """Return what to do after a run that made no model."""
    if not isinstance(end, ModelRefused):
        return ()
    kept, gate = run_report.keeps(Shelf.offers(console.where), end.tenant, end.run), end.comparison
    ended = Ended(end.tenant, end.run, end.verdict, kept, gate.needed if gate else None, gate.queries if gate else None)
    return next_step(ended, configuration.load("training", TrainingConfig, console.where.home), expected)


@router.post("/runs/{run}/stop")
def stop(console: Wiring, session: Operator, tenant: Tenant, form: Fields, run: str) -> Response:
    """End a run that works or waits, for good."""
    reason = reason_of(form.get("reason", ""))
    with console.stores() as stores:
        run_stops.stop(
            stores.warehouse, stores.publish, signer(console, session), tenant, run, session.operator, reason,
            console.now(),
        )  # fmt: skip
    session.note = f"The stop of {run} is sent: it ends within seconds, or when the trainer comes to it."
    return RedirectResponse(f"/runs/{quote(run, safe='')}?tenant={quote(tenant)}", 303)


def _card(console: Wiring, end: object) -> dict[str, str]:
    """Return what the shelf says of the model that a run made; nothing where it made none, or it is gone."""
    if not isinstance(end, ModelTrained):
        return {}
    try:
        entry = Shelf.open(console.where).entry(end.tenant, end.model)
    except Refused as error:
        return {"problem": str(error)}
    if entry is None:
        return {}
    size = sum(file.bytes for file in entry.files.values()) / 2**20
    return {
        "model": entry.model, "made from": entry.about.get("parent", "-"), "snapshot": entry.about.get("snapshot", "-"),
        "nDCG@10 as served": entry.about.get("ndcg_10", "-"), "files": f"{len(entry.files)}, {size:,.0f} MiB",
        "hash of the files": entry.manifest,
    }  # fmt: skip


def _lineage(nodes: list[Node]) -> list[tuple[int, str, Node]]:
    """Return a lineage as lines, each with its depth and in which direction it is."""
    lines: list[tuple[int, str, Node]] = []

    def walk(node: Node, depth: int, direction: str) -> None:
        lines.append((depth, direction, node))
        for name, others in (("came from", node.came_from), ("led to", node.led_to)):
            for other in others:
                walk(other, depth + 1, name)

    for node in nodes:
        walk(node, 0, "")
    return lines
