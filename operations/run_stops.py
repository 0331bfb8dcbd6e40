"""Stopping a training: the operator's signed wish, and what became of it.

    running or waiting ──▶ stop (event) ──▶ the trainer ends the run as STOPPED, within seconds while it works on it
    over               ──▶ refused here; and where the end overtakes the stop, it stands and is told

Nothing of the run is kept but its report and the event. What it had not looked at of the hold-out is not spent.
"""

import time
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from schemas.envelope import Event
from schemas.learning import TrainingStopped
from stores import training_status
from stores.errors import Refused, Retryable
from stores.ports import Queries
from stores.redis_client import Client
from stores.signing import Sign

Publish = Callable[[Event], None]
"""Sends an event to its topic and returns once the broker has it."""

STOPPED, RUNNING = "STOPPED", "RUNNING"
"""Verdicts of the view `runs`."""
_POLL_S = 0.3


def stop(
    warehouse: Queries, publish: Publish, sign: Sign, tenant: str, run: str, by: str, reason: str, now: datetime
) -> TrainingStopped:
    """Send the stop of a tenant's run, and return it; `sign` signs it as the operator `by`.

    Raises `Refused` for a run that the tenant has not, or that is over, or where the operator's key does not hold;
    `Retryable` when a store does not answer. A stop that comes twice is one stop.
    """
    rows = warehouse.query("runs_one", tenant=tenant, run=run)
    if not rows:
        asked = "one that was asked for this moment is there within seconds"
        raise Refused(
            f"'{tenant}' has no training run {run}; `tidewheel runs --tenant {tenant}` lists them, and {asked}"
        )
    if rows[0]["verdict"] != RUNNING:
        raise Refused(over(run, rows[0]["verdict"]))
    event = TrainingStopped(event_id=uuid4().hex, tenant=tenant, occurred_at=now, run=run, by=by, reason=reason)
    publish(signed := sign(event, by))
    return signed


def is_at_work(redis: Client, tenant: str, run: str) -> bool:
    """Return whether the trainer works on this run now, by its status line. Raises `Retryable`."""
    status = training_status.read(redis, tenant)
    return status.get("run") == run and status.get("state") != "ended"


def wait_for_end(warehouse: Queries, redis: Client, stopped: TrainingStopped, within_s: float) -> None:
    """Wait until the run has ended by the stop, as the trainer's status line or the audit trail says.

    Raises `Refused` when the run was over before the stop came, `Retryable` when `within_s` seconds were not enough.
    """
    until = time.monotonic() + within_s
    while True:
        verdict = _verdict(warehouse, redis, stopped)
        if verdict == STOPPED:
            return
        if verdict != RUNNING:
            raise Refused(over(stopped.run, verdict))
        if time.monotonic() >= until:
            raise Retryable(
                f"the stop of {stopped.run} stands, and it has not ended after {within_s:.0f} s; is the trainer up? "
                "`tidewheel status`"
            )
        time.sleep(_POLL_S)


def over(run: str, verdict: str) -> str:
    """Return what to say to who stops a run that has ended. Pure."""
    won = ": its model is published; refuse its packet when it is built, or roll back" if verdict == "WIN" else ""
    return f"{run} is over, {verdict}; there is nothing to stop{won}"


def _verdict(warehouse: Queries, redis: Client, stopped: TrainingStopped) -> str:
    status = training_status.read(redis, stopped.tenant)
    if status.get("run") == stopped.run and status.get("state") == "ended":
        return status.get("verdict", RUNNING)
    rows = warehouse.query("runs_one", tenant=stopped.tenant, run=stopped.run)
    return str(rows[0]["verdict"]) if rows else RUNNING
