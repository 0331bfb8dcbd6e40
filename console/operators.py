"""Commands for those who decide who may decide: operators and their keys."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from console.output import Column, json_option, minute, print_rows, say
from console.parameters import OPERATOR, FilePath
from operations import operators as registered
from operations.connections import Connections
from stores import settings
from stores.errors import Retryable
from stores.rights import EVERY, MEANING, Right

_OPERATORS = (
    Column("name"), Column("key_id", "key", lambda key: str(key)[:12]), Column("added_at", "added"),
    Column("revoked_at", "revoked"), Column("here"), Column("may", "", lambda may: " ".join(may) or "look"),
)  # fmt: skip


@click.group()
def operators() -> None:
    """Say who may approve, refuse, roll back and ask for training: every operator has a key of their own.

    \b
    Examples:
      tidewheel operators add sam
      tidewheel operators add kim --may rollback
      tidewheel operators list
      tidewheel operators revoke sam
    """


@operators.command()
@click.argument("name", type=OPERATOR)
@click.option(
    "--out",
    type=FilePath(dir_okay=False),
    help="Write the private key here, for the operator to take along, and not into the home.",
)
@click.option(
    "--may",
    "rights",
    multiple=True,
    type=click.Choice([str(right) for right in Right]),
    help="Only this, and what else is named so: approve (and refuse), rollback, retrain (and adopt), drift (dismiss "
    "and mute), replay (dead letters). Without it the key may do everything.",
)
@click.option("--look-only", is_flag=True, help="The key may decide nothing: it opens the console, and no more.")
def add(name: str, out: Path | None, rights: tuple[str, ...], look_only: bool) -> None:
    """Make a key for the operator NAME and trust it.

    Rights belong to the key: to change them, revoke it and make another.

    \b
    Examples:
      tidewheel operators add sam
      tidewheel operators add kim --may rollback --may drift
      tidewheel operators add sam --out sam.key
    """
    if rights and look_only:
        raise click.UsageError("--look-only says that the key may decide nothing, and --may that it may")
    may = frozenset(map(Right, rights)) if rights or look_only else EVERY
    path = registered.add(settings.load(), name, datetime.now(UTC), out, may)
    say(f"{name} may {allowed(may)}. The private key is in {path}, for its owner alone.")
    if out is not None:
        say(f"It is kept nowhere else; on {name}'s machine set TIDEWHEEL_OPERATOR_KEY to the file's path.")


@operators.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """Show all operators, revoked ones too.

    \b
    Example:
      tidewheel operators list
    """
    rows = [
        {
            **asdict(operator),
            "added_at": _day(operator.added_at, as_json),
            "revoked_at": _day(operator.revoked_at, as_json),
        }
        for operator in registered.listed(settings.load())
    ]
    print_rows(rows, as_json, "No operator is registered; `tidewheel operators add NAME` makes a key.", _OPERATORS)


@operators.command()
@click.argument("name", type=OPERATOR)
def revoke(name: str) -> None:
    """Trust the key of the operator NAME no more; this holds at once.

    Nothing that only this key signed is believed any more (requests, refusals, mutes), but for a rollback that made
    live what is live now. What the indexer carried out stays as it is.

    \b
    Example:
      tidewheel operators revoke sam
    """
    where = settings.load()
    with Connections(where) as stores:
        try:
            moves, away = registered.moves_of(stores, name), ""
        except Retryable as error:
            moves, away = [], str(error)
    registered.revoke(where, name, datetime.now(UTC), moves)
    say(f"{name} may decide no more.")
    for move in moves:
        say(f"Of {move.tenant}, {move.model} is live by {name}'s rollback of {minute(move.occurred_at)}, which stands.")
    if away:
        say(f"A rollback by which something is live could not be looked for, and does not stand ({away}).")


def allowed(may: frozenset[Right]) -> str:
    """Return in words what a key allows, behind "may". Pure."""
    if may == EVERY:
        return "decide"
    return ", ".join(MEANING[right] for right in Right if right in may) or "look at everything and decide nothing"


def _day(moment: datetime | None, as_json: bool) -> str | None:
    if moment is None:
        return None
    return moment.isoformat() if as_json else f"{moment:%Y-%m-%d %H:%M}"
