"""`tidewheel runs`: how training runs ended, one stopped, and what one refused judged once more, on newer clicks."""

from datetime import UTC, datetime

import click

from console.decisions import by_option
from console.faults import Interrupted
from console.how_far import how_far
from console.next_step import Ended, next_step
from console.outlook import outlook
from console.output import (
    Column,
    Row,
    cell,
    group_tenant,
    json_option,
    minute,
    print_json,
    print_rows,
    say,
    tenant_option,
    three_decimals,
)
from console.parameters import LIMIT, REASON, RUN, TENANT, WAIT
from console.text import columns, wrapped
from operations import adoption, analysis, decisions, run_report, run_stops, tenants
from operations.connections import Connections
from stores import configuration, settings, training_status
from stores.shelf import Shelf
from trainer.config import TrainingConfig

_RUNS = (
    Column("run"),
    Column("requested_at", "asked for", minute),
    Column("requested_by", "by"),
    Column("verdict"),
    Column("rung"),
    Column("ndcg_live", "live", three_decimals),
    Column("ndcg_candidate", "new", three_decimals),
    Column("look"),
)


@click.group(invoke_without_command=True)
@click.option("--tenant", type=TENANT, help="Whose runs; tenants never mix.")
@click.option("--limit", default=20, show_default=True, type=LIMIT, help="Newest first.")
@json_option
@click.pass_context
def runs(ctx: click.Context, tenant: str | None, limit: int, as_json: bool) -> None:
    """Show training runs: why each began, how it ended, what the gate saw; or stop one, or have one judged again.

    \b
    Examples:
      tidewheel runs --tenant acme --json
      tidewheel runs stop run-20261101093000-5f3a --tenant acme --reason "the wiki is being moved"
      tidewheel runs judge run-20261101093000-5f3a --tenant acme
    """
    if (tenant := group_tenant(ctx, tenant)) is None:
        return
    with Connections(settings.load()) as stores:
        rows = analysis.runs(stores.warehouse, tenant, limit)
        tenants.check_known(stores, tenant, rows)
        made = run_report.used(stores.warehouse, Shelf.snapshots(stores.where), tenant, rows)
        now = _progress(stores, tenant, rows)
        rows = [row | {"progress": how, "used": made.get(row["run"])} for row, how in zip(rows, now, strict=True)]
        steps = _next(stores, tenant, rows[0]) if rows and not as_json else ()
    empty = f"No training run of '{tenant}' yet. `tidewheel retrain --tenant {tenant}` asks for one."
    print_rows(rows, as_json, empty, _RUNS, _why)
    for line in [line for step in steps for line in wrapped(cell(step), columns(), 6)]:
        say(line)


@runs.command()
@click.argument("run", type=RUN)
@tenant_option
@by_option
@click.option(
    "--reason",
    default="judged again by hand",
    type=REASON,
    show_default=True,
    help="Why; it stands in the audit trail.",
)
@json_option
def judge(run: str, tenant: str, by: str | None, reason: str, as_json: bool) -> None:
    """Have the model that RUN trained, and that did not win, judged once more on the clicks that came since.

    Nothing is learned. It is a run of its own and one more look at the hold-out, which makes a WIN harder for every
    look that follows: worth it once there are clearly more judged queries than `tidewheel runs` said were needed. A
    refused model is kept for `retention.model_days`; one that keeps the documents of what was live when it was trained
    can be judged as long as that is.

    \b
    Example:
      tidewheel runs judge run-20261101093000-5f3a --tenant acme
    """
    where = settings.load()
    with Connections(where) as stores:
        tenants.check_served(stores, tenant)
        found = adoption.refused(Shelf.offers(where), tenant, run)
        sign, who, now = stores.signing.as_operator, stores.signing.operator(by), datetime.now(UTC)
        request = decisions.request_training(stores.publish, sign, tenant, who, reason, "live", now, found)
    if as_json:
        print_json({"run": request.run, "model": found[0], "manifest": found[1], "of": run})
    else:
        say(f"{request.run} judges what {run} trained; `tidewheel runs --tenant {tenant}` shows how it goes.")


@runs.command()
@click.argument("run", type=RUN)
@tenant_option
@by_option
@click.option("--reason", required=True, type=REASON, help="Why; it stands in the audit trail.")
@click.option("--wait", default=60.0, show_default=True, type=WAIT, help="Seconds to wait for the run's end.")
def stop(run: str, tenant: str, by: str | None, reason: str, wait: float) -> None:
    """End the training RUN for good, whether it works or waits. It is not taken up again, and no model comes of it.

    A run at work ends within seconds while it learns or embeds; a shorter step is finished first. One that waits ends
    when the trainer comes to it. What it had not looked at of the hold-out is not spent. A run whose model is published
    is over: refuse its packet. Drift may ask again after its usual pause; `tidewheel drift dismiss` or `mute` keep it
    from that. Who may ask for a training may stop one (`--may retrain`).

    \b
    Example:
      tidewheel runs stop run-20261101093000-5f3a --tenant acme --reason "the wiki is being moved"
    """
    with Connections(settings.load()) as stores:
        tenants.check_served(stores, tenant)
        sign, who, now = stores.signing.as_operator, stores.signing.operator(by), datetime.now(UTC)
        sent = run_stops.stop(stores.warehouse, stores.publish, sign, tenant, run, who, reason, now)
        if not run_stops.is_at_work(stores.redis, tenant, run):
            say(f"The stop of {run} stands: the trainer, which is not at work on it, ends it when it comes to it.")
            return
        try:
            run_stops.wait_for_end(stores.warehouse, stores.redis, sent, wait)
        except KeyboardInterrupt as error:
            said = "interrupted: the stop was sent and stays in force"
            raise Interrupted(f"{said}; `tidewheel runs --tenant {tenant}` shows what came of it") from error
    say(f"Stopped. {run} has ended, and nothing of it goes on.")


def _next(stores: Connections, tenant: str, newest: Row) -> tuple[str, ...]:
    """Return what to do after the newest run, if it ended without a model."""
    run, where = newest["run"], stores.where
    if newest["verdict"] in ("WIN", "RUNNING"):
        return ()
    kept = run_report.keeps(Shelf.offers(where), tenant, run)
    ended = Ended(tenant, run, newest["verdict"], kept, newest["needed"] or None)
    rules = configuration.load("training", TrainingConfig, where.home)
    return next_step(ended, rules, outlook(stores.warehouse, where, tenant))


def _progress(stores: Connections, tenant: str, rows: list[Row]) -> list[dict[str, str] | None]:
    """Return how far each run is by its status; None for one that has ended, or whose turn has not come."""
    going = [row["verdict"] == "RUNNING" for row in rows]
    status = training_status.read(stores.redis, tenant) if any(going) else {}
    return [status if on and status.get("run") == row["run"] else None for row, on in zip(rows, going, strict=True)]


def _why(run: Row) -> str:
    """Return how far a run is, why it began, who asked to stop it, what it is made of, and what the gate said of it."""
    now = how_far(run["progress"]) if run["progress"] else ""
    stop = f"{run['stopped_by']} asked to stop it: {run['stopped_because']}" if run["stopped_by"] else ""
    said = stop if run["verdict"] != run_stops.STOPPED else ""  # whose reasons have it
    return "; ".join(part for part in (now, run["reason"], said, _used(run["used"]), *run["reasons"]) if part)


def _used(made: Row | None) -> str:
    """Return what became of the signals that a run read: examples, and what these did."""
    if made is None:
        return ""
    examples = "examples" if made["examples"] is None else f"{made['examples']:,} examples"
    return (
        f"{made['signals']:,} signals -> {examples} -> {made['taught']:,} signals taught, {made['chose']:,} chose, "
        f"{made['tested']:,} tested"
    )
