"""Commands for those who decide who may decide: operators and their keys."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from console.output import Column, json_option, print_rows, say
from console.parameters import OPERATOR, FilePath
from operations import operators as registered
from stores import settings

_OPERATORS = (
    Column("name"), Column("key_id", "key", lambda key: str(key)[:12]), Column("added_at", "added"),
    Column("revoked_at", "revoked"), Column("here"),
)  # fmt: skip


@click.group()
def operators() -> None:
    """Say who may approve, refuse, roll back and ask for training: every operator has a key of their own.

    \b
    Examples:
      tidewheel operators add sam
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
def add(name: str, out: Path | None) -> None:
    """Make a key for the operator NAME and trust it.

    \b
    Examples:
      tidewheel operators add sam
      tidewheel operators add sam --out sam.key
    """
    path = registered.add(settings.load(), name, datetime.now(UTC), out)
    say(f"{name} may decide. The private key is in {path}, for its owner alone.")
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

    \b
    Example:
      tidewheel operators revoke sam
    """
    registered.revoke(settings.load(), name, datetime.now(UTC))
    say(f"{name} may decide no more. What was decided before stays as it is.")


def _day(moment: datetime | None, as_json: bool) -> str | None:
    if moment is None:
        return None
    return moment.isoformat() if as_json else f"{moment:%Y-%m-%d %H:%M}"
