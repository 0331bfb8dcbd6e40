"""`tidewheel forget`: removing a person."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from console.faults import Interrupted
from console.output import Column, json_option, print_json, print_table, say, tenant_option
from console.parameters import USER
from console.progress import progress
from operations import tenants
from operations.connections import Connections
from operations.forget import REMAINS, Forgetting, Kept, open_sessions, retraining, roles_of
from operations.suppression import Suppression
from schemas.learning import TrainingRequested
from stores import settings

_ROWS = (Column("kept_in", "kept in"), Column("what"), Column("rows"))
_MODELS = (
    Column("model"), Column("through", "through"), Column("run"), *map(Column, ("train", "validation", "test")),
    Column("now"),
)  # fmt: skip


@click.command(epilog="\n\n".join(["What it does not reach:", *(f"- {line}" for line in REMAINS)]))
@tenant_option
@click.option("--user", required=True, type=USER, help="Whom to forget, as the events name them.")
@click.option("--strays", is_flag=True, help="Also dead letters that hold the id but name no tenant.")
@click.option("--suppress", is_flag=True, help="Also have the gateway refuse what is sent of the person from now on.")
@click.option("--lift", is_flag=True, help="Only have the gateway take what is sent of the person again.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def forget(tenant: str, user: str, strays: bool, suppress: bool, lift: bool, yes: bool, as_json: bool) -> None:
    """Remove a person: their events, sessions, training pairs, and dead letters that name them, in any spelling.

    Ids that differ in case, in the form of their letters (NFKC) or by an address's escapes are one person's; the
    question shows which are kept.

    Event rows stay as empty ones, so that the ledger misses no offset. Models that learned from the person are listed;
    if one of them is live or standby, a training is asked for. May be repeated. No log names the person.

    Programs that know nothing of it may go on sending events of the person. `--suppress` has every gateway refuse and
    count them, within a second and for good; documents that name the person as author lose that name. The person
    stands as a keyed hash on the list. `--lift` strikes them out.

    \b
    Example:
      tidewheel forget --tenant acme --user ana@example.com --suppress
    """
    where = settings.load()
    if lift:
        _lift(where, tenant, user, suppress)
        return
    with Connections(where) as stores:
        tenants.check_known(stores, tenant)
        suppression = Suppression.connect(where) if suppress else None
        kept = _remove(stores, tenant, user, strays, yes, suppression)
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
                "suppressed": suppress,
                "letters_without_tenant": 0 if strays else kept.strays,
                "access_lists": kept.lists,
                "remains": REMAINS,
            }
        )
    else:
        _report(kept, models, request, show_rows=yes)
        if suppress:
            say("Gateways refuse what is sent of this person from now on; --lift ends that.")


def _lift(where: settings.Settings, tenant: str, user: str, suppress: bool) -> None:
    if suppress:
        raise click.UsageError("--suppress and --lift exclude each other")
    Suppression.connect(where).lift(tenant, user)
    click.echo("Gateways take what is sent of this person.")


def _remove(
    stores: Connections, tenant: str, user: str, strays: bool, yes: bool, suppression: Suppression | None
) -> Kept:
    """Remove the person, after asking unless `yes`, and return what was kept of them."""
    accesses = open_sessions(stores.redis)
    with stores.lease("forget"), Forgetting(stores.warehouse, accesses, tenant, user, strays) as forgetting:
        kept = forgetting.look()
        if not yes:
            _print(kept)
            click.confirm("Remove all of this? It cannot be undone.", abort=True, err=True)
        if suppression is not None:
            suppression.add(tenant, user)  # before anything goes, or more may come in meanwhile
        done: Sequence[str] = ()
        try:
            with progress("ClickHouse rewrites what it holds", len({row["kept_in"] for row in kept.rows})) as shown:
                for done in forgetting.removing():
                    shown(len(done))
        except KeyboardInterrupt as error:
            so_far = ", ".join(done) or "no table yet"
            raise Interrupted(f"interrupted after {so_far}; the same command again removes the rest") from error
    return kept


def _print(kept: Kept) -> None:
    if kept.rows:
        print_table(kept.rows, _ROWS, "Kept of this person", err=True)
    else:
        say("Nothing is kept of this person, except perhaps an open session.", err=True)
    if kept.models:
        print_table(kept.models, _MODELS[:-1], "Models that learned from them", err=True)
    if len(kept.spelt) > 1:
        say(f"Kept in {len(kept.spelt)} spellings: {', '.join(kept.spelt)}", err=True)
    if kept.strays:
        say(f"{kept.strays} dead letters hold this id but name no tenant; --strays removes them too", err=True)
    if kept.lists:
        say(f"{kept.lists} documents name this person in their access lists, which stay as they were sent", err=True)


def _report(kept: Kept, models: list[dict[str, Any]], request: TrainingRequested | None, show_rows: bool) -> None:
    if show_rows:
        _print(kept)
    removed = sum(row["rows"] for row in kept.rows)
    click.echo(f"Removed or emptied {removed:,} rows." if removed else "Nothing was kept of this person.")
    if models and not show_rows:
        print_table(models, _MODELS, "Models that learned from them")
    if request is not None:
        say(f"Asked for {request.run}: {request.reason}.")
    click.echo("Not reached:")
    for line in REMAINS:
        click.echo(f"  - {line}")
