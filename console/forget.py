"""`tidewheel forget`: removing a person."""

from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console

from console.output import json_option, print_json, table_of, tenant_option
from operations.connections import Connections
from operations.forget import REMAINS, Forgetting, Kept, open_sessions, retraining, roles_of
from schemas.learning import TrainingRequested
from stores import settings


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
    with Connections(settings.load()) as stores:
        kept = _remove(stores, tenant, user, strays, yes)
        roles = roles_of(stores.serving.record(tenant))
        request = retraining(stores.warehouse, tenant, roles, datetime.now(UTC))
        if request is not None:
            stores.publish(stores.signing.as_installation(request))
    models = [row | {"now": roles.get(row["model"], "not serving")} for row in kept.models]
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


def _remove(stores: Connections, tenant: str, user: str, strays: bool, yes: bool) -> Kept:
    """Remove the person, after asking unless `yes`, and return what was kept of them."""
    accesses = open_sessions(stores.redis)
    with stores.lease("forget"), Forgetting(stores.warehouse, accesses, tenant, user, strays) as forgetting:
        kept = forgetting.look()
        if not yes:
            _print(kept)
            click.confirm("Remove all of this? It cannot be undone.", abort=True, err=True)
        with Console(stderr=True).status("ClickHouse rewrites what it holds ..."):
            forgetting.remove()
    return kept


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
