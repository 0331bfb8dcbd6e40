"""When a tripped signal, or the schedule, asks for a training, and in which words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from schemas.ids import stable_id
from schemas.learning import Evidence, TrainingRequested
from stores.drift_decisions import DriftDecisions
from streams.drift.config import DriftConfig
from streams.drift.judgement import Judged

REQUESTED_BY = "drift"

Outcome = Literal["running", "waiting", "live", "refused", "failed", "stopped", "dismissed"]


@dataclass(frozen=True, slots=True)
class Run:
    """A training run and what became of it; `ended_at` is None while it runs.

    `outcome`: it runs; its model waits for a shadow or a decision; went live; was refused, by the gate or by an
    operator; the run failed; an operator stopped it; or one dismissed the request. `pairs_since` counts training pairs
    of people from after the request. `gain` is how much more the model gained on held-out queries, as served, than the
    one that was live, None without a comparison; `work_s` the seconds of learning and of building its shadow.
    """

    run: str
    requested_at: datetime
    ended_at: datetime | None
    outcome: Outcome = "running"
    pairs_since: int = 0
    gain: float | None = None
    work_s: float = 0.0


def request(
    tenant: str, window_end: datetime, judged: Sequence[Judged], config: DriftConfig, now: datetime, why: str
) -> TrainingRequested:
    """Return the request that the tripped signals of a window make, or the schedule (`overdue`) where none did.

    `why` it is worth a training, or due.

    Its ids come from tenant and window alone: the same window asks for the same run however often it is judged.
    """
    tripped = [j for j in judged if j.verdict == "tripped"]
    evidence = "; ".join(
        f"{j.measured.signal} {j.measured.value:.3g} (reference {j.measured.reference:.3g}, evidence {j.evidence:.1f} "
        f"of {j.limit:.1f})"
        for j in tripped
    )
    quiet = f"without any drift it would be asked for once in {config.false_alarm_days:g} days or less"
    reason = f"{evidence} up to {window_end.isoformat()}; {why}; {quiet}" if tripped else why
    return TrainingRequested(
        event_id=request_id(tenant, window_end),
        tenant=tenant,
        occurred_at=now,
        run=run_id(tenant, window_end),
        requested_by=REQUESTED_BY,
        reason=reason,
        evidence=tuple(_evidence(j, window_end) for j in tripped),
    )


def request_id(tenant: str, window_end: datetime) -> str:
    """Return the event id of the request that this window would make."""
    return stable_id("drift", tenant, window_end.astimezone(UTC).isoformat())


def run_id(tenant: str, window_end: datetime) -> str:
    """Return the run id of that request."""
    return f"run-{window_end.astimezone(UTC):%Y%m%d%H%M%S}-{request_id(tenant, window_end)[:4]}"


def asked_at(tenant: str, run: Run) -> datetime:
    """Return when a run was asked for, in event time: the end of the window that asked, else the request's own time."""
    try:
        end = datetime.strptime(run.run[:18], "run-%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return run.requested_at
    return end if run_id(tenant, end) == run.run else run.requested_at


def muted(window_end: datetime, decisions: DriftDecisions) -> str | None:
    """Return by whom and why this window is kept from asking, or None."""
    mute = decisions.mute_of(window_end)
    return f"muted until {mute.until.isoformat()} by {mute.by}: {mute.reason}" if mute else None


def with_dismissals(runs: Sequence[Run], decisions: DriftDecisions) -> list[Run]:
    """Return the runs with those dismissed whose request an operator dismissed.

    A model that won is decided on by its packet, so a run whose model waits or is live stays what it is.
    """
    return [
        replace(run, outcome="dismissed")
        if run.run in decisions.dismissed and run.outcome in ("running", "failed", "stopped", "refused")
        else run
        for run in runs
    ]


def obstacle(tenant: str, window_end: datetime, runs: Sequence[Run], config: DriftConfig, now: datetime) -> str | None:
    """Return why this window may not ask, or None when it may. The order of `runs` does not matter.

    Pauses are counted in event time. `now` decides only whether a run that says nothing is still taken for running.
    A run that was stopped says nothing of the drift that asked: it is followed by the pause of one that failed, counts
    as no refusal, and hides none.
    """
    others = sorted(
        (r for r in runs if r.run != run_id(tenant, window_end)), key=lambda r: (asked_at(tenant, r), r.run)
    )
    for place, run in enumerate(others):
        silent = now - run.requested_at > timedelta(seconds=config.run_timeout_s)
        if run.outcome == "running" and not silent:
            return f"{run.run} was running then"
        if run.outcome == "waiting" and not any(later.outcome == "live" for later in others[place:]):
            return f"the model of {run.run} waited for a decision then"
    ended = [run for run in others if run.outcome in ("live", "failed", *_REFUSALS)]
    stopped = [run for run in others if run.outcome == "stopped"]
    pauses = (_pause(tenant, window_end, runs, config) for runs in (ended, stopped) if runs)
    return next((pause for pause in pauses if pause), None)


def overdue(tenant: str, window_end: datetime, began: datetime, runs: Sequence[Run], config: DriftConfig) -> str:
    """Return why a window asks although nothing tripped, empty when it does not.

    `began` is when the watch began. What keeps tripped windows from asking (`obstacle`) keeps this one, too.
    """
    if not config.at_latest_days:
        return ""
    last = max(runs, key=lambda run: (asked_at(tenant, run), run.run), default=None)
    since = asked_at(tenant, last) if last else began
    if window_end < since + timedelta(days=config.at_latest_days) or (last and last.pairs_since < config.new_pairs):
        return ""
    begin = f"{last.run} was asked for" if last else "the watch began"
    return f"by schedule: {begin} {(window_end - since).days} days before {window_end.isoformat()}"


def _pause(tenant: str, window_end: datetime, ended: Sequence[Run], config: DriftConfig) -> str | None:
    last, refusals = ended[-1], 0
    for run in reversed(ended):
        if run.outcome == "live":
            break
        refusals += run.outcome in _REFUSALS
    pause = timedelta(seconds=config.window_s * config.cooldown_windows)
    if last.outcome in _REFUSALS:
        days = min(config.refusal_days * 2 ** min(refusals - 1, 10), config.most_refusal_days)
        pause = timedelta(days=days)
    if window_end < asked_at(tenant, last) + pause:
        return f"{last.run} was asked for less than {pause.days} days before and {_PAST[last.outcome]}"
    if last.outcome in _REFUSALS and last.pairs_since < config.new_pairs:
        return f"{last.run} {_PAST[last.outcome]}, and only {last.pairs_since} training pairs came since"
    return None


_REFUSALS = ("refused", "dismissed")
_PAST = {
    "live": "went live", "refused": "was refused", "failed": "failed", "stopped": "was stopped",
    "dismissed": "was dismissed",
}  # fmt: skip


def _evidence(judged: Judged, window_end: datetime) -> Evidence:
    m = judged.measured
    return Evidence(
        signal=m.signal,
        value=m.value,
        reference=m.reference,
        threshold=judged.threshold,
        p=m.p,
        window_end=window_end.isoformat(),
    )
