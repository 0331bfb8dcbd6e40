"""Commands for operators: review what a new model would change, let it in or turn it down, roll back, ask for a run."""

import getpass
import json
import time
from datetime import UTC, datetime
from uuid import uuid4

import click

from console.output import json_option, print_json, tenant_option
from console.packet_view import print_packet
from indexer.rollback import rollback as roll_back
from schemas.learning import CutoverApproved, CutoverRefused, TrainingRequested
from stores import settings
from stores.errors import Refused, Retryable
from stores.learning import announce
from stores.serving import Serving
from stores.settings import Settings
from stores.warehouse import Warehouse

_POLL_S = 0.2
_by_option = click.option("--by", default=getpass.getuser, show_default="your user name", help="Who decides.")
_packet_option = click.option("--packet", "digest", required=True, help="The packet's hash, from `tidewheel packet`.")


def waiting(serving: Serving, tenant: str) -> tuple[str, str]:
    """Return the collection that waits for a decision and its packet's hash. Raises `Refused` when none does."""
    states = serving.states(tenant)
    for name, about in serving.collections(tenant).items():
        if states.get(name) == "ready" and about.packet:
            return name, about.packet
    building = [f"{name} is {state}" for name, state in states.items() if state not in ("live", "standby", "retired")]
    raise Refused(
        f"no packet of '{tenant}' waits for a decision"
        + (f" ({'; '.join(building)})" if building else "")
        + "; `tidewheel runs` shows what the trainer did"
    )


def reviewed(serving: Serving, tenant: str, digest: str) -> str:
    """Return the collection whose waiting packet has this hash. Raises `Refused` when another, or none, is waiting."""
    collection, current = waiting(serving, tenant)
    if current != digest:
        raise Refused(f"the packet that waits is {current}, not {digest}; review it with `tidewheel packet`")
    return collection


@click.command()
@tenant_option
@json_option
def packet(tenant: str, as_json: bool) -> None:
    """Show what the waiting model would change: gate, proof, real queries side by side, and the hash to approve.

    \b
    Example:
      tidewheel packet --tenant acme
    """
    serving = Serving.connect(settings.load())
    _, digest = waiting(serving, tenant)
    content = json.loads(serving.packet(tenant, digest) or "{}")
    if as_json:
        print_json({"packet": digest, "content": content})
    else:
        print_packet(digest, content)


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
    where = settings.load()
    serving = Serving.connect(where)
    began = datetime.now(UTC)
    approval = send_approval(where, serving, tenant, digest, by, began)
    warehouse, until = Warehouse.connect(where), time.monotonic() + wait
    while time.monotonic() < until:
        record = serving.record(tenant)
        if record and record.packet == digest:
            click.echo(f"Live: {record.model} in {record.collection} (version {record.version}).")
            return
        for row in warehouse.query("learning_events", tenant=tenant):
            told = json.loads(row["payload"])
            if (
                row["type"] == "CutoverRefused"
                and told["packet"] == digest
                and row["occurred_at"].astimezone(UTC) >= began
            ):
                raise Refused(f"the cutover was refused: {told['reason']}")
        time.sleep(_POLL_S)
    raise Retryable(
        f"{approval.collection} is approved but not live after {wait:.0f} s; is the indexer up? `tidewheel status`"
    )


def send_approval(
    where: Settings, serving: Serving, tenant: str, digest: str, by: str, now: datetime
) -> CutoverApproved:
    """Send the approval of the packet that waits. Raises `Refused` when another one, or none, is waiting."""
    approval = CutoverApproved(
        event_id=uuid4().hex,
        tenant=tenant,
        occurred_at=now,
        packet=digest,
        collection=reviewed(serving, tenant, digest),
        by=by,
    )
    announce(where, approval)
    return approval


@click.command()
@tenant_option
@_packet_option
@_by_option
@click.option("--reason", required=True, help="Why not; it stands in the audit trail.")
def refuse(tenant: str, digest: str, by: str, reason: str) -> None:
    """Turn this packet down; its shadow is dropped.

    \b
    Example:
      tidewheel refuse --tenant acme --packet 5c1d... --reason "loses the travel pages"
    """
    where = settings.load()
    collection = reviewed(Serving.connect(where), tenant, digest)
    announce(
        where,
        CutoverRefused(
            event_id=uuid4().hex,
            tenant=tenant,
            occurred_at=datetime.now(UTC),
            packet=digest,
            collection=collection,
            by=by,
            reason=reason,
        ),
    )
    click.echo(f"Refused. {collection} will be dropped.")


@click.command()
@tenant_option
@_by_option
@click.option("--reason", default="rolled back by hand", show_default=True, help="Why; it stands in the audit trail.")
def rollback(tenant: str, by: str, reason: str) -> None:
    """Make the standby live again, at once. The same command again goes forward.

    Only Redis is needed; the indexer tells the audit trail of it.

    \b
    Example:
      tidewheel rollback --tenant acme --reason "complaints about search"
    """
    where = settings.load()
    began = time.perf_counter()
    done = roll_back(Serving.connect(where), tenant, by, reason, datetime.now(UTC))
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
    now = datetime.now(UTC)
    request = TrainingRequested(
        event_id=uuid4().hex,
        tenant=tenant,
        occurred_at=now,
        run=f"run-{now:%Y%m%d%H%M%S}-{uuid4().hex[:4]}",
        requested_by=by,
        reason=reason,
        start_from="base" if from_base else "live",
    )
    announce(settings.load(), request)
    click.echo(f"{request.run} requested; `tidewheel runs --tenant {tenant}` shows how it goes.")
