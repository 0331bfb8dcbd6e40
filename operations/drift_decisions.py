"""What operators decide about drift: dismiss a request, mute until a date, speak again; and what is decided by now.

    drift asks ──▶ dismiss (event) ──▶ counts as refused: no request for a month, then longer
                   mute (event)    ──▶ windows that end before the date are judged and ask for nothing

Each is an event that the operator signs. Drift reads them from the audit trail whenever a window would ask.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from schemas.envelope import Event
from schemas.learning import DriftMuted, RequestDismissed
from stores.drift_decisions import DriftDecisions
from stores.errors import Misconfigured, Refused
from stores.ports import Queries
from stores.signing import Sign
from stores.warehouse import Row

Publish = Callable[[Event], None]
"""Sends an event to its topic and returns once the broker has it."""

MOST = timedelta(days=366)
"""How far ahead a mute may end: whoever wants no drift for longer has to say so again."""


def requests(warehouse: Queries, tenant: str, limit: int) -> list[Row]:
    """Return the trainings that drift asked for, newest first: why, how each ended, who dismissed it and why."""
    return warehouse.query("drift_requests", tenant=tenant, limit=limit)


def dismiss(
    warehouse: Queries, publish: Publish, sign: Sign, tenant: str, run: str, by: str, reason: str, now: datetime
) -> RequestDismissed:
    """Send the dismissal of drift's request for `run`, and return it.

    Raises `Refused`, naming the newest request, when drift asked for no such run, somebody dismissed it already, or its
    model won;
    `Retryable` when a store does not answer.
    """
    known = {row["run"]: row for row in requests(warehouse, tenant, 1_000)}
    if run not in known:
        newest = f"; the newest request is {next(iter(known))}" if known else "; drift has asked for none yet"
        raise Refused(f"drift of '{tenant}' did not ask for {run}{newest}")
    if known[run]["dismissed_by"]:
        raise Refused(f"{known[run]['dismissed_by']} has dismissed {run} already: {known[run]['dismissed_because']}")
    if known[run]["verdict"] == "WIN":
        raise Refused(f"the model of {run} won: approve or refuse its packet, or roll back; drift asks nothing of it")
    event = RequestDismissed(event_id=uuid4().hex, tenant=tenant, occurred_at=now, run=run, by=by, reason=reason)
    publish(signed := sign(event, by))
    return signed


def mute(publish: Publish, sign: Sign, tenant: str, until: datetime, by: str, reason: str, now: datetime) -> DriftMuted:
    """Send that drift asks for nothing by windows that end before `until`, in event time; return it.

    Raises `Misconfigured` for a date that has passed or lies more than a year ahead.
    """
    if not now < until <= now + MOST:
        raise Misconfigured(f"--until: {until:%Y-%m-%d} is not within a year from now, {now:%Y-%m-%d}")
    return _muted(publish, sign, tenant, until, by, reason, now)


def unmute(publish: Publish, sign: Sign, tenant: str, by: str, reason: str, now: datetime) -> DriftMuted:
    """Send that drift may ask again, and return it: a mute that ends as it begins, with which earlier ones are over."""
    return _muted(publish, sign, tenant, datetime.fromtimestamp(0, now.tzinfo), by, reason, now)


def shown(decisions: DriftDecisions, now: datetime) -> dict[str, Any]:
    """Return what holds at `now`, as plain data: the mute or None, and the newest dismissal or None."""
    mute = decisions.mute_of(now)
    newest = max(decisions.dismissed.values(), key=lambda d: (d.occurred_at, d.event_id), default=None)
    return {
        "muted": {"until": mute.until, "by": mute.by, "reason": mute.reason} if mute else None,
        "dismissed": {"run": newest.run, "by": newest.by, "at": newest.occurred_at, "reason": newest.reason}
        if newest
        else None,
    }


def _muted(
    publish: Publish, sign: Sign, tenant: str, until: datetime, by: str, reason: str, now: datetime
) -> DriftMuted:
    event = DriftMuted(event_id=uuid4().hex, tenant=tenant, occurred_at=now, until=until, by=by, reason=reason)
    publish(signed := sign(event, by))
    return signed
