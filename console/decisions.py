"""Commands for operators: review what a new model would change, let it in or refuse it, roll back, ask for a run."""

import time
from datetime import UTC, datetime
from typing import Literal

import click

from console.faults import Interrupted
from console.output import json_option, print_json, say, tenant_option
from console.packet_view import print_packet
from console.parameters import DIGEST, OPERATOR, REASON, WAIT
from operations import analysis, decisions, review, standby, tenants
from operations.connections import Connections
from operations.rollback import rollback as roll_back
from schemas.learning import CutoverApproved
from stores import settings
from stores.errors import Retryable
from stores.serving import ServingRecord

by_option = click.option(
    "--by",
    type=OPERATOR,
    show_default="the operator whose key is in this home",
    help="Who decides; `tidewheel operators` adds names.",
)
_packet_option = click.option(
    "--packet",
    "digest",
    required=True,
    type=DIGEST,
    help="The packet's hash, or its beginning: see `tidewheel packet`.",
)


@click.command()
@tenant_option
@json_option
def packet(tenant: str, as_json: bool) -> None:
    """Show what the waiting model would change: gate, proof, real queries side by side, and the hash to approve.

    Documents that not everyone may see are named nowhere in it.

    \b
    Example:
      tidewheel packet --tenant acme
    """
    with Connections(settings.load()) as stores:
        tenants.check_served(stores, tenant)
        found = decisions.waiting_packet(stores.serving, tenant)
        shown = review.readable(found, stores.lists)
    left_out = review.left_out(found, shown)
    if as_json:
        content = {"packet": found.digest, "content": shown.model_dump(mode="json")}
        print_json(content | ({"left_out": left_out} if left_out else {}))
    else:
        print_packet(shown, digest=found.digest, left_out=left_out)


@click.command()
@tenant_option
@_packet_option
@by_option
@click.option("--wait", default=60.0, show_default=True, type=WAIT, help="Seconds to wait for the cutover.")
def approve(tenant: str, digest: str, by: str | None, wait: float) -> None:
    """Let in exactly the model and collection of this packet.

    The packet says which changes since the review it tolerates; any other makes the approval void. Approving what is
    live already changes nothing.

    \b
    Example:
      tidewheel approve --tenant acme --packet 5c1d...
    """
    with Connections(settings.load()) as stores:
        tenants.check_served(stores, tenant)
        digest = decisions.whole_digest(stores.serving, tenant, digest)
        if live := decisions.already_live(stores.serving, tenant, digest):
            say(f"Already live since {live.moved_at:%Y-%m-%d %H:%M:%S} UTC: {live.model}, approved by {live.by}.")
            return
        sign, who = stores.signing.as_operator, stores.signing.operator(by)
        approval = decisions.approve(stores.serving, stores.publish, sign, tenant, digest, who, datetime.now(UTC))
        record = _awaited(stores, approval, wait)
    say(f"Live: {record.model} in {record.collection} (version {record.version}).")


@click.command()
@tenant_option
@_packet_option
@by_option
@click.option("--reason", required=True, type=REASON, help="Why not; it stands in the audit trail.")
def refuse(tenant: str, digest: str, by: str | None, reason: str) -> None:
    """Refuse this packet; its shadow is dropped.

    \b
    Example:
      tidewheel refuse --tenant acme --packet 5c1d... --reason "loses the travel pages"
    """
    with Connections(settings.load()) as stores:
        tenants.check_served(stores, tenant)
        digest = decisions.whole_digest(stores.serving, tenant, digest)
        sign, who, now = stores.signing.as_operator, stores.signing.operator(by), datetime.now(UTC)
        refusal = decisions.refuse(stores.serving, stores.publish, sign, tenant, digest, who, reason, now)
    say(f"Refused. {refusal.collection} will be dropped.")


@click.command()
@tenant_option
@by_option
@click.option("--reason", type=REASON, show_default="rolled back by hand", help="Why; it stands in the audit trail.")
@click.option("--if-lost", is_flag=True, help="Only if people find less since the last cutover; for a timer.")
def rollback(tenant: str, by: str | None, reason: str | None, if_lost: bool) -> None:
    """Make the standby live again, at once. The same command again goes forward.

    The standby is read first: that its collection is there and complete. Redis and Milvus are needed for that; while
    ClickHouse is away, rows are counted only. The indexer publishes the move to the audit trail.

    With --if-lost it moves only where `tidewheel drift since-cutover` sees a loss, and says so if not: a policy that a
    timer carries out, signed by an operator who may do nothing else (`tidewheel operators add NAME --may rollback`).

    \b
    Examples:
      tidewheel rollback --tenant acme --reason "complaints about search"
      tidewheel rollback --tenant acme --if-lost --by night-watch
    """
    with Connections(settings.load()) as stores:
        tenants.check_served(stores, tenant)
        sign, who, vectors, seen = stores.signing.as_operator, stores.signing.operator(by), stores.vectors, None
        if if_lost:
            seen, lost = _lost(stores, tenant)
            if seen is None:
                say(f"Nothing moved. {lost or 'No cutover is watched.'}")
                return
            reason = reason or lost
        began = time.perf_counter()

        def check(record: ServingRecord) -> None:
            standby.check(stores.serving, vectors, lambda: stores.warehouse, record)

        why = reason or "rolled back by hand"
        done = roll_back(stores.serving, check, sign, tenant, who, why, datetime.now(UTC), seen)
        took = time.perf_counter() - began
    say(f"Live: {done.model} in {done.collection} (version {done.serving_version}), moved in {took:.3f} s.")


@click.command()
@tenant_option
@by_option
@click.option(
    "--reason", default="asked for by hand", type=REASON, show_default=True, help="Why; it stands in the audit trail."
)
@click.option("--from-base", is_flag=True, help="Start from the base model's weights instead of the live model's.")
def retrain(tenant: str, by: str | None, reason: str, from_base: bool) -> None:
    """Ask for a training run now, without waiting for drift. The gate stays as strict.

    \b
    Example:
      tidewheel retrain --tenant acme --reason "new product names"
    """
    with Connections(settings.load()) as stores:
        tenants.check_served(stores, tenant)
        sign, who, start_from = stores.signing.as_operator, stores.signing.operator(by), _start(from_base)
        request = decisions.request_training(stores.publish, sign, tenant, who, reason, start_from, datetime.now(UTC))
        expected = _outlook(stores, tenant)
    say(f"{request.run} requested; `tidewheel runs --tenant {tenant}` shows how it goes, the console's page Runs too.")
    if expected:
        say(expected)


def _outlook(stores: Connections, tenant: str) -> str:
    """Return whether a training can succeed yet, and how long one takes; nothing while the warehouse is away: a
    request does without it."""
    from console import duration  # numpy, by the trainer's rules
    from console.outlook import outlook

    try:
        expected = outlook(stores.warehouse, stores.where, tenant)
        return f"{expected} {duration.in_words(analysis.runs(stores.warehouse, tenant, duration.LOOKED_AT))}"
    except Retryable:
        return ""


def _lost(stores: Connections, tenant: str) -> tuple[int | None, str]:
    """Return the version of the serving record whose cutover lost, None without a loss, and what was seen in words."""
    from console.web.rules import quality_rules  # numpy: a rollback by hand does without
    from operations import since_cutover

    live = stores.serving.record(tenant)
    since = since_cutover.read(stores.warehouse, tenant, live, datetime.now(UTC), quality_rules(stores.where))
    lost = live is not None and since_cutover.is_lost(since)
    return (live.version if live and lost else None), since_cutover.in_words(since)


def _awaited(stores: Connections, approval: CutoverApproved, wait: float) -> ServingRecord:
    """Wait for the cutover; an interruption ends the waiting and takes nothing back."""
    try:
        return decisions.wait_for_cutover(stores.serving, approval, wait)
    except KeyboardInterrupt as error:
        result = "interrupted: the approval was sent and stays in force"
        raise Interrupted(f"{result}; `tidewheel status --tenant {approval.tenant}` shows what came of it") from error


def _start(from_base: bool) -> Literal["live", "base"]:
    return "base" if from_base else "live"
