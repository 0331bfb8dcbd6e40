"""`tidewheel snapshot rebuild`: what a run learned from, again, byte for byte."""

from pathlib import Path

import click

from console.output import say, tenant_option
from console.parameters import SNAPSHOT, FilePath
from operations import tenants
from operations.connections import Connections
from stores import configuration, settings
from stores.errors import Refused
from stores.shelf import Shelf
from trainer.config import TrainingConfig
from trainer.data.rebuild import rebuild


@click.group(name="snapshot")
def snapshot() -> None:
    """Look into what runs learned from."""


@snapshot.command(name="rebuild")
@click.argument("name", metavar="ID", type=SNAPSHOT)
@tenant_option
@click.option("--output", type=FilePath(dir_okay=False), help="Write there instead of to the terminal.")
def rebuild_(name: str, tenant: str, output: Path | None) -> None:
    """Make the training data of a snapshot again, out of its manifest and the warehouse.

    ID is what `tidewheel lineage` names behind a run or a model. A line of JSON an example: what was asked, the
    document, its text at that time, its weight, the kinds of signals, the pairs. The result has the hash that the
    manifest names, or there is none: once somebody of it was forgotten it cannot be had any more.

    \b
    Examples:
      tidewheel snapshot rebuild snapshot-0a2e32ac977fe6fcf6af7a65 --tenant acme --output taught.jsonl
    """
    where = settings.load()
    rules = configuration.load("training", TrainingConfig, where.home).snapshot
    with Connections(where) as stores:
        tenants.check_known(stores, tenant)
        shelf = Shelf.snapshots(where)
        if shelf.entry(tenant, name) is None:
            raise Refused(f"'{tenant}' has no snapshot '{name}'; `tidewheel lineage RUN` names that of a run")
        found = rebuild(stores.warehouse, (shelf.fetch(tenant, name) / "manifest.json").read_bytes(), rules)
    if output is None:
        click.echo(found, nl=False)
        return
    output.write_bytes(found)
    say(f"{len(found.splitlines()):,} examples of {name} are in {output}, as they were.")
