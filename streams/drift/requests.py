"""When a tripped threshold asks for a training, and in which words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from schemas.ids import stable_id
from schemas.learning import Evidence, TrainingRequested
from streams.drift.config import DriftConfig
from streams.drift.judgement import Judged

REQUESTED_BY = "drift"


@dataclass(frozen=True, slots=True)
class Run:
    """A training run as the learning log tells it; `ended_at` is None while it runs."""

    run: str
    requested_at: datetime
    ended_at: datetime | None


def request(
    tenant: str, window_end: datetime, judged: Sequence[Judged], config: DriftConfig, now: datetime
) -> TrainingRequested:
    """Return the request that the tripped signals of a window make.

    Its ids come from tenant and window alone: the same window asks for the same run however often it is judged.
    """
    tripped = [j for j in judged if j.verdict == "tripped"]
    evidence = "; ".join(
        f"{j.measured.signal} {j.measured.value:.3g} (reference {j.measured.reference:.3g}, p {j.measured.p:.2g})"
        for j in tripped
    )
    span = f"{config.trip_windows} of the last {config.of_windows} windows up to {window_end.isoformat()}"
    return TrainingRequested(
        event_id=request_id(tenant, window_end),
        tenant=tenant,
        occurred_at=now,
        run=run_id(tenant, window_end),
        requested_by=REQUESTED_BY,
        reason=f"{evidence} in {span}",
        evidence=tuple(_evidence(j, window_end) for j in tripped),
    )


def request_id(tenant: str, window_end: datetime) -> str:
    """Return the event id of the request that this window would make."""
    return stable_id("drift", tenant, window_end.astimezone(UTC).isoformat())


def run_id(tenant: str, window_end: datetime) -> str:
    """Return the run id of that request."""
    return f"run-{window_end.astimezone(UTC):%Y%m%d%H%M%S}-{request_id(tenant, window_end)[:4]}"


def obstacle(
    tenant: str,
    window_end: datetime,
    last_request_end: datetime | None,
    runs: Sequence[Run],
    config: DriftConfig,
    now: datetime,
) -> str | None:
    """Return why this window may not ask now, or None when it may.

    `last_request_end` is the end of the last window that asked. Windows are counted in event time, trainings (whoever
    asked for them) in the clock's time.
    """
    own = run_id(tenant, window_end)
    cooldown = timedelta(seconds=config.window_s * config.cooldown_windows)
    for run in runs:
        if run.run == own:
            continue
        silent = now - run.requested_at > timedelta(seconds=config.run_timeout_s)
        if run.ended_at is None and not silent:
            return f"{run.run} is running"
        if run.ended_at is not None and now - run.ended_at < cooldown:
            return f"{run.run} ended less than {cooldown} ago"
    if last_request_end is not None and last_request_end < window_end < last_request_end + cooldown:
        return f"the window up to {last_request_end.isoformat()} asked less than {cooldown} before"
    return None


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
