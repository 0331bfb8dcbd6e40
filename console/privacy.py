"""Where things come from and went to (`lineage`), and removing a person (`forget`)."""

from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from console.output import Row, cell, json_option, print_json, table_of, tenant_option
from operations.forget import REMAINS, Forgetting, Kept, retraining
from operations.lineage import Node, trace
from schemas.learning import TrainingRequested
from stores import lease, redis_client, settings
from stores.access_log import AccessLog, Pace
from stores.learning import announce
from stores.serving import Serving
from stores.warehouse import Warehouse

_NO_PACE = Pace(gap=0, lateness=0, idle_after=0, idle_close=0, lease=0, long=0)
"""Forgetting closes no session, so how time passes does not matter."""

_TABLES = ("by_kind", "top_documents", "history")


@click.command()
@click.argument("name", metavar="ID")
@click.option("--tenant", default="", help="Only in this tenant; ids of senders' events may be in several.")
@json_option
def lineage(name: str, tenant: str, as_json: bool) -> None:
    """Show where ID came from and what came of it: an event, session, pair, snapshot, run, model or collection.

    Back to the events with their place in Kafka, onward to the snapshots that hold it, their runs and models, and the
    collections that answered searches with them.

    \b
    Examples:
      tidewheel lineage acme-run-20261101-9f3c
      tidewheel lineage 5b1f0c9a... --json
    """
    found = trace(Warehouse.connect(settings.load()), name, tenant)
    if as_json:
        print_json([node.plain() for node in found])
        return
    for node in found:
        Console().print(tree_of(node))


def tree_of(node: Node) -> Tree:
    """Return a lineage as a tree; ◀ marks where a thing came from, ▶ what came of it."""
    tree = Tree(_label("", node))
    _grow(tree, node)
    return tree


def _grow(tree: Tree, node: Node) -> None:
    for name in _TABLES:
        if rows := node.facts.get(name):
            branch = tree.add(Text(name.replace("_", " ")))
            for row in rows:
                branch.add(Text("  ".join(cell(value) for value in row.values() if value not in ("", None))))
    for sign, nodes in (("◀ ", node.came_from), ("▶ ", node.led_to)):
        for other in nodes:
            _grow(tree.add(_label(sign, other)), other)


def _label(sign: str, node: Node) -> Text:
    label = Text(sign).append(f"{node.kind} ", "bold").append(cell(node.id), "cyan")
    for name, value in node.facts.items():
        if name not in _TABLES:
            label.append(f"  {name} ", "dim").append(_places(value) if name == "places" else cell(value))
    return label


def _places(places: list[Row]) -> str:
    return ", ".join(f"{place['partition']}@{place['offset']}" for place in places)


@click.command(epilog="\n\n".join(["What it does not reach:", *(f"- {line}" for line in REMAINS)]))
@tenant_option
@click.option("--user", required=True, help="Whom to forget, as the events name them.")
@click.option("--strays", is_flag=True, help="Also dead letters that hold the id but name no tenant.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def forget(tenant: str, user: str, strays: bool, yes: bool, as_json: bool) -> None:
    """Remove a person: their events, sessions, training pairs, and dead letters that name them.

    Event rows stay as empty ones, so that the ledger misses no offset. Models that learned from the person are listed;
    if one of them is live or standby, a training is asked for. May be repeated. No log names the person.

    \b
    Example:
      tidewheel forget --tenant acme --user ana@example.com
    """
    where = settings.load()
    warehouse, redis = Warehouse.connect(where), redis_client.connect(where)
    accesses = AccessLog(redis, _NO_PACE)
    with lease.held(redis, "forget"), Forgetting(warehouse, accesses, tenant, user, strays) as forgetting:
        kept = forgetting.look()
        if not yes:
            _print(kept)
            click.confirm("Remove all of this? It cannot be undone.", abort=True, err=True)
        with Console(stderr=True).status("ClickHouse rewrites what it holds ..."):
            forgetting.remove()
    standing = _standing(Serving.connect(where), tenant)
    request = retraining(warehouse, tenant, standing, datetime.now(UTC))
    if request is not None:
        announce(where, request)
    models = [row | {"now": standing.get(row["model"], "not serving")} for row in kept.models]
    if as_json:
        print_json(
            {
                "removed": kept.rows,
                "models": models,
                "training_requested": request.run if request else None,
                "letters_without_tenant": 0 if strays else kept.strays,
                "remains": REMAINS,
            }
        )
    else:
        _report(kept, models, request, show_rows=yes)


def _standing(serving: Serving, tenant: str) -> dict[str, str]:
    record = serving.record(tenant)
    if record is None:
        return {}
    standby = {record.standby.model: "standby"} if record.standby else {}
    return standby | {record.model: "live"}


def _print(kept: Kept) -> None:
    console = Console(stderr=True)
    if kept.rows:
        console.print(table_of(kept.rows, "Kept of this person"))
    else:
        console.print("Nothing is kept of this person, except perhaps an open session.")
    if kept.models:
        console.print(table_of(kept.models, "Models that learned from them"))
    if kept.strays:
        console.print(
            f"{kept.strays} dead letters hold this id but name no tenant; --strays removes them too", soft_wrap=True
        )


def _report(kept: Kept, models: list[dict[str, Any]], request: TrainingRequested | None, show_rows: bool) -> None:
    if show_rows:
        _print(kept)
    removed = sum(row["rows"] for row in kept.rows)
    click.echo(f"Removed or emptied {removed:,} rows." if removed else "Nothing was kept of this person.")
    if models and not show_rows:
        Console().print(table_of(models, "Models that learned from them"))
    if request is not None:
        click.echo(f"Asked for {request.run}: {request.reason}.")
    click.echo("Not reached:")
    for line in REMAINS:
        click.echo(f"  - {line}")
