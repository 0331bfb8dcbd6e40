"""`tidewheel status`: the whole loop at a glance, for every tenant."""

from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from console.output import Row, json_option, print_json, printable, table_of
from operations import status as loop
from operations.connections import Connections
from retrieval.passages import READ_CHARACTERS
from stores import settings
from stores.errors import TidewheelError


@click.command()
@click.option("--tenant", help="Only this tenant; all by default.")
@json_option
def status(tenant: str | None, as_json: bool) -> None:
    """Show what runs, what is live, what is being built or trained, and whether anything is missing.

    \b
    Example:
      tidewheel status --tenant acme
    """
    where = settings.load()
    processes = loop.processes(where.home)
    try:
        with Connections(where) as stores:
            events, tenants = loop.events(stores), loop.tenants(stores, tenant)
            refused = loop.refused_decisions(stores)
    except TidewheelError:
        if not as_json:
            _print_processes(Console(), processes)  # what runs, before the error that says what does not
        raise
    if as_json:
        print_json({"parts": processes, "events": events, "refused_decisions": refused, "tenants": tenants})
    else:
        _print(processes, events, refused, tenants)


def _print(processes: list[Row], events: list[Row], refused: list[Row], tenants: list[Row]) -> None:
    console = Console()
    _print_processes(console, processes)
    if events:
        console.print(table_of(events, "Events by topic"))
    for row in refused:
        told = f"{row['events']:,} events of `learning` were {row['code']} and nothing acted on them; the newest: "
        console.print(Text(told + printable(row["newest"]), style="bold red"), soft_wrap=True)
    if not tenants:
        console.print("No tenant has sent anything yet; `tidewheel emit FILE` sends events.")
    for tenant in tenants:
        _print_tenant(console, tenant)


def _print_processes(console: Console, processes: list[Row]) -> None:
    console.rule(f"Tidewheel, {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC", align="left")
    if processes:
        console.print(table_of(processes, "Processes of the embedded stack"))


def _print_tenant(console: Console, tenant: dict[str, Any]) -> None:
    console.rule(f"tenant {tenant['tenant']}", align="left")
    live = tenant["live"]
    if live is None:
        console.print("Nothing is live: its first documents are still to be indexed.")
    else:
        standby = live["standby"]
        console.print(f"live     {live['model']} in {live['collection']} (version {live['version']})")
        if tenant["unsigned"]:
            told = f"not what was signed: {printable(tenant['unsigned'])}; nobody's approval says so"
            console.print(Text(told, style="bold red"), soft_wrap=True)
        if standby:
            console.print(f"standby  {standby['model']} in {standby['collection']} until {standby['until']}")
    if tenant["truncated"]:
        what = f"{tenant['truncated']:,} documents are longer than {READ_CHARACTERS:,} characters; their ends are not indexed"
        console.print(Text(what), soft_wrap=True)
    if tenant["collections"]:
        console.print(table_of(tenant["collections"], "Collections"))
    if tenant["training"]:
        console.print(table_of([tenant["training"]], "Training"))
    if tenant["drift"]:
        console.print(table_of(tenant["drift"], "Drift, newest window"))
