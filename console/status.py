"""`tidewheel status`: the whole loop at a glance, for every tenant."""

from datetime import UTC, datetime

import click

from console import storage as stored
from console.drift import DRIFT
from console.embedded_stack import PROCESSES
from console.how_far import how_far
from console.output import Column, Row, cell, json_option, print_json, print_table, say
from console.parameters import TENANT
from console.text import columns, time_left, wrapped
from operations import status as loop
from operations import tenants as known
from operations.connections import Connections
from stores import settings
from stores.errors import TidewheelError

_EVENTS = (Column("topic"), *map(Column, ("expected", "accepted", "repeated", "dead", "late", "missing")))
_COLLECTIONS = (
    Column("collection"), Column("state"), Column("done"), Column("total"),
    Column("eta_s", "seconds left", lambda left: "-" if left is None else f"{left:,.0f}"),
)  # fmt: skip
_WORKERS = (Column("worker"), Column("tenants", "", lambda held: ", ".join(held) or "-"))
_AUDITS = (
    Column("collection"), Column("done"), Column("total"), Column("found"), Column("mended"),
    Column("whole_at", "all seen at", lambda at: "-" if at is None else str(at)[:16]),
)  # fmt: skip


@click.command()
@click.option("--tenant", type=TENANT, help="Only this tenant; all by default.")
@click.option("--storage", is_flag=True, help="Show what is stored instead: how much, and what goes by which rule.")
@json_option
def status(tenant: str | None, storage: bool, as_json: bool) -> None:
    """Show what runs, what is live, what is being built or trained, and whether anything is missing.

    \b
    Example:
      tidewheel status --tenant acme
      tidewheel status --storage
    """
    where = settings.load()
    if storage:
        stored.show(where, tenant, as_json)
        return
    processes = loop.processes(where.home)
    try:
        with Connections(where) as stores:
            events, tenants = loop.events(stores), loop.tenants(stores, tenant)
            refused = loop.refused_decisions(stores)
            unknown, workers = loop.unknown_reactions(stores, tenant), loop.workers(stores)
            if tenant is not None:
                known.check_known(stores, tenant, tenants)
    except TidewheelError:
        if not as_json:
            _print_processes(processes)  # what runs, before the error that says what does not
        raise
    if as_json:
        result = {"parts": processes, "events": events, "refused_decisions": refused, "unknown_reactions": unknown}
        print_json(result | {"workers": workers, "tenants": tenants})
    else:
        _print(processes, events, refused, tenants, workers)
        _print_unknown(unknown)


def _print(processes: list[Row], events: list[Row], refused: list[Row], tenants: list[Row], workers: list[Row]) -> None:
    _print_processes(processes)
    if len(workers) > 1:
        print_table(workers, _WORKERS, "Indexer workers, and the tenants that they hold")
    if events:
        print_table(events, _EVENTS, "Events by topic (`tidewheel ledger --help` explains the words)")
    for row in refused:
        result = f"{row['events']:,} events of `learning` were {row['code']} and nothing acted on them; the newest: "
        _paragraph(result + row["newest"])
    if not tenants:
        say(f"\n{known.NOTHING_SENT[:1].upper()}{known.NOTHING_SENT[1:]}.")
    for tenant in tenants:
        _print_tenant(tenant)


def _print_unknown(reactions: list[Row]) -> None:
    if reactions:
        names = ", ".join(f"{row['reaction']} ({row['times']:,}, {row['tenant']})" for row in reactions)
        _paragraph(
            f"Reactions that mean nothing: {names}. `streams.reaction.meanings` in tidewheel.toml gives a meaning."
        )


def _print_processes(processes: list[Row]) -> None:
    say(f"Tidewheel, {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
    if processes:
        print_table([row | {"name": row["part"]} for row in processes], PROCESSES, "Processes of the embedded stack")


def _print_tenant(tenant: Row) -> None:
    say(f"\nTenant {tenant['tenant']}")
    for sentence in tenant["lost"]:
        _paragraph(sentence)
    live = tenant["live"]
    if live is None:
        say("Nothing is live" + ("." if tenant["lost"] else ": its first documents are still to be indexed."))
    else:
        _paragraph(f"live     {live['model']} in {live['collection']} (version {live['version']})")
        if standby := live["standby"]:
            _paragraph(f"standby  {standby['model']} in {standby['collection']} until {standby['until']}")
    if tenant["unsigned"]:
        _paragraph(f"not what was signed: {tenant['unsigned']}; no approval is on record for it")
    if tenant["waiting"]:
        so_far = f"{tenant['done']:,} of {tenant['total']:,} are indexed{time_left(tenant['eta_s'])}"
        _paragraph(f"{tenant['waiting']:,} documents wait to be indexed, or to be indexed anew; {so_far}.")
    if tenant["truncated"]:
        _paragraph(f"not indexed whole: {tenant['truncated']:,}, too long or with encoded data in the text.")
    if tenant["collections"]:
        print_table(tenant["collections"], _COLLECTIONS, "Collections")
    if tenant["audits"]:
        print_table(tenant["audits"], _AUDITS, "Audit of every row that serves, within 24 hours")
    if tenant["training"]:
        _print_training(tenant["training"])
    _print_decisions(tenant["drift_decisions"])
    if tenant["drift"]:
        print_table(tenant["drift"], DRIFT, "Drift, newest window")


def _print_decisions(decided: Row) -> None:
    """Print what operators decided about drift, as long as it holds."""
    if mute := decided["muted"]:
        _paragraph(f"drift asks for no training before {mute['until']:%Y-%m-%d}: {mute['by']}, {mute['reason']}")
    if dismissed := decided["dismissed"]:
        _paragraph(f"dismissed {dismissed['run']}: {dismissed['by']}, {dismissed['reason']}")


def _print_training(run: dict[str, str]) -> None:
    """Print what the newest run does: where it is, how far, and what it says of itself."""
    note = f": {run['note']}" if run.get("note") else ""
    _paragraph(f"training {run.get('run', '')} {how_far(run)}{note}")


def _paragraph(words: str) -> None:
    """Print words on up to four lines, broken between words; names of anybody's in them are shown and not obeyed."""
    for line in wrapped(cell(words), columns(), 4):
        say(line)
