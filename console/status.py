"""`tidewheel status`: the whole loop at a glance, for every tenant."""

from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console

from console.output import json_option, print_json, table_of
from embedded import control
from stores import redis_client, settings, training_status
from stores.errors import TidewheelError
from stores.serving import Serving
from stores.warehouse import Warehouse

Row = dict[str, Any]


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
    parts = [
        {"part": p.name, "up": p.up, "pid": p.pid, "port": p.port, "restarts": p.restarts}
        for p in control.status(where.home)
    ]
    try:
        warehouse = Warehouse.connect(where)
        events = warehouse.query("ledger_totals")
        serving, redis = Serving.connect(where), redis_client.connect(where)
        names = [name for name in _tenants(warehouse) if tenant in (None, name)]
        tenants = [_tenant(name, serving, redis, warehouse) for name in names]
    except TidewheelError:
        if not as_json:
            _print_parts(Console(), parts)  # what runs, before the error that says what does not
        raise
    if as_json:
        print_json({"parts": parts, "events": events, "tenants": tenants})
    else:
        _print(parts, events, tenants)


def _tenants(warehouse: Warehouse) -> list[str]:
    return [row["tenant"] for row in warehouse.query("tenants")]


def _tenant(name: str, serving: Serving, redis: redis_client.Client, warehouse: Warehouse) -> dict[str, Any]:
    record = serving.record(name)
    states, progress = serving.states(name), serving.progress(name)
    return {
        "tenant": name,
        "live": record.model_dump(mode="json") if record else None,
        "collections": [
            {
                "collection": collection,
                "state": state,
                "done": progress[collection].done if collection in progress else None,
                "total": progress[collection].total if collection in progress else None,
                "eta_s": progress[collection].eta_s if collection in progress else None,
            }
            for collection, state in states.items()
            if state != "retired"
        ],
        "training": training_status.read(redis, name),
        "drift": warehouse.query("drift_newest", tenant=name),
    }


def _print(parts: list[Row], events: list[Row], tenants: list[Row]) -> None:
    console = Console()
    _print_parts(console, parts)
    if events:
        console.print(table_of(events, "Events by topic"))
    if not tenants:
        console.print("No tenant has sent anything yet; `tidewheel emit FILE` sends events.")
    for tenant in tenants:
        _print_tenant(console, tenant)


def _print_parts(console: Console, parts: list[Row]) -> None:
    console.rule(f"Tidewheel, {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC", align="left")
    if parts:
        console.print(table_of(parts, "Parts of the embedded stack"))


def _print_tenant(console: Console, tenant: dict[str, Any]) -> None:
    console.rule(f"tenant {tenant['tenant']}", align="left")
    live = tenant["live"]
    if live is None:
        console.print("Nothing is live: its first documents are still to be indexed.")
    else:
        standby = live["standby"]
        console.print(f"live     {live['model']} in {live['collection']} (version {live['version']})")
        if standby:
            console.print(f"standby  {standby['model']} in {standby['collection']} until {standby['until']}")
    if tenant["collections"]:
        console.print(table_of(tenant["collections"], "Collections"))
    if tenant["training"]:
        console.print(table_of([tenant["training"]], "Training"))
    if tenant["drift"]:
        console.print(table_of(tenant["drift"], "Drift, newest window"))
