"""Commands for operators: review what a new model would change, let it in or refuse it, roll back, ask for a run."""

import getpass
import time
from datetime import UTC, datetime

import click

from console.output import json_option, print_json, tenant_option
from console.packet_view import print_packet
from operations import decisions
from operations.connections import Connections
from operations.rollback import rollback as roll_back
from stores import settings

_by_option = click.option("--by", default=getpass.getuser, show_default="your user name", help="Who decides.")
_packet_option = click.option("--packet", "digest", required=True, help="The packet's hash, from `tidewheel packet`.")


@click.command()
@tenant_option
@json_option
def packet(tenant: str, as_json: bool) -> None:
    """Show what the waiting model would change: gate, proof, real queries side by side, and the hash to approve.

    \b
    Example:
      tidewheel packet --tenant acme
    """
    with Connections(settings.load()) as stores:
        found = decisions.waiting_packet(stores.serving, tenant)
    if as_json:
        print_json({"packet": found.digest, "content": found.model_dump(mode="json")})
    else:
        print_packet(found)


@click.command()
@tenant_option
@_packet_option
@_by_option
@click.option("--wait", default=60.0, show_default=True, help="Seconds to wait for the cutover.")
def approve(tenant: str, digest: str, by: str, wait: float) -> None:
    """Let in exactly the model and collection of this packet. Void if anything changed since the review.

    \b
    Example:
      tidewheel approve --tenant acme --packet 5c1d...
    """
    with Connections(settings.load()) as stores:
        approval = decisions.approve(stores.serving, stores.publish, tenant, digest, by, datetime.now(UTC))
        record = decisions.wait_for_cutover(stores.serving, approval, wait)
    click.echo(f"Live: {record.model} in {record.collection} (version {record.version}).")


@click.command()
@tenant_option
@_packet_option
@_by_option
@click.option("--reason", required=True, help="Why not; it stands in the audit trail.")
def refuse(tenant: str, digest: str, by: str, reason: str) -> None:
    """Refuse this packet; its shadow is dropped.

    \b
    Example:
      tidewheel refuse --tenant acme --packet 5c1d... --reason "loses the travel pages"
    """
    with Connections(settings.load()) as stores:
        refusal = decisions.refuse(stores.serving, stores.publish, tenant, digest, by, reason, datetime.now(UTC))
    click.echo(f"Refused. {refusal.collection} will be dropped.")


@click.command()
@tenant_option
@_by_option
@click.option("--reason", default="rolled back by hand", show_default=True, help="Why; it stands in the audit trail.")
def rollback(tenant: str, by: str, reason: str) -> None:
    """Make the standby live again, at once. The same command again goes forward.

    Only Redis is needed; the indexer publishes the move to the audit trail.

    \b
    Example:
      tidewheel rollback --tenant acme --reason "complaints about search"
    """
    with Connections(settings.load()) as stores:
        began = time.perf_counter()
        done = roll_back(stores.serving, tenant, by, reason, datetime.now(UTC))
        took = time.perf_counter() - began
    click.echo(f"Live: {done.model} in {done.collection} (version {done.serving_version}), moved in {took:.3f} s.")


@click.command()
@tenant_option
@_by_option
@click.option("--reason", default="asked for by hand", show_default=True, help="Why; it stands in the audit trail.")
@click.option("--from-base", is_flag=True, help="Start from the base model's weights instead of the live model's.")
def retrain(tenant: str, by: str, reason: str, from_base: bool) -> None:
    """Ask for a training run now, without waiting for drift. The gate stays as strict.

    \b
    Example:
      tidewheel retrain --tenant acme --reason "new product names"
    """
    with Connections(settings.load()) as stores:
        request = decisions.request_training(
            stores.publish, tenant, by, reason, "base" if from_base else "live", datetime.now(UTC)
        )
    click.echo(f"{request.run} requested; `tidewheel runs --tenant {tenant}` shows how it goes.")
