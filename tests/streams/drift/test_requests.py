"""When drift may ask for a training."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.learning import DriftMuted, RequestDismissed
from stores.drift_decisions import decided
from streams.drift.config import DriftConfig
from streams.drift.detectors.baseline import Expected
from streams.drift.judgement import Judged, Verdict
from streams.drift.requests import Outcome, Run, asked_at, muted, obstacle, overdue, request, run_id, with_dismissals
from streams.drift.signal import Measured
from streams.drift.statistics.chance import Chance

CONFIG = DriftConfig(cooldown_windows=7, refusal_days=30, most_refusal_days=100, new_pairs=200, run_timeout_s=7_200)
END = datetime(2025, 6, 3, tzinfo=UTC)
NOW = END + timedelta(minutes=5)
DAY = timedelta(days=1)


def run(name: str, days_ago: float, outcome: Outcome, pairs: int = 999) -> Run:
    at = END - days_ago * DAY
    return Run(name, at, None if outcome == "running" else at + DAY / 24, outcome, pairs)


@pytest.mark.parametrize(
    ("runs", "result"),
    [
        ([], None),
        ([run("run-x", 0.01, "running")], "run-x was running then"),
        ([run("run-x", 3, "running")], None),
        ([run(run_id("acme", END), 0, "running")], None),
        ([run("run-x", 400, "waiting")], "the model of run-x waited for a decision then"),
        ([run("run-x", 400, "waiting"), run("run-y", 90, "live")], None),
        ([run("run-x", 6, "live")], "run-x was asked for less than 7 days before and went live"),
        ([run("run-x", 7, "live")], None),
        ([run("run-x", 6, "failed")], "failed"),
        ([run("run-x", 8, "failed")], None),
        ([run("run-x", 6, "stopped")], "run-x was asked for less than 7 days before and was stopped"),
        ([run("run-x", 7, "stopped", 0)], None),
        ([run("run-x", 29, "refused"), run("run-y", 8, "stopped")], "run-x was asked for less than 30 days before"),
        ([run("run-x", 90, "refused"), run("run-z", 70, "stopped"), run("run-y", 30, "refused")], "less than 60 days"),
        ([run("run-z", 60, "stopped"), run("run-y", 30, "refused")], None),
        ([run("run-x", 29, "refused")], "less than 30 days before and was refused"),
        ([run("run-x", 30, "refused")], None),
        ([run("run-x", 30, "refused", 199)], "only 199 training pairs"),
        ([run("run-x", 90, "refused"), run("run-y", 59, "refused")], "less than 60 days"),
        ([run("run-x", 90, "refused"), run("run-y", 60, "refused")], None),
        ([run("run-x", 29, "dismissed")], "less than 30 days before and was dismissed"),
        ([run("run-x", 90, "dismissed"), run("run-y", 59, "refused")], "less than 60 days"),
        ([run("run-x", 30, "dismissed", 199)], "run-x was dismissed, and only 199 training pairs"),
        ([run(f"run-{n}", 99 + n, "refused") for n in range(9)], "less than 100 days"),
        ([run("run-x", 90, "refused"), run("run-z", 60, "live"), run("run-y", 30, "refused")], None),
    ],
)
def test_one_at_a_time_rest_between_and_longer_after_refusals(runs: list[Run], result: str | None) -> None:
    for order in (runs, runs[::-1]):
        found = obstacle("acme", END, order, CONFIG, NOW)
        assert (result in found) if result and found else found == result


def test_a_pause_is_counted_in_event_time() -> None:
    asked = run_id("acme", END - 40 * DAY)
    replayed = Run(asked, NOW, NOW, "refused", 999)
    assert asked_at("acme", replayed) == END - 40 * DAY
    assert obstacle("acme", END, [replayed], CONFIG, NOW) is None
    assert asked_at("other", replayed) == NOW, "the name of another tenant's run says nothing"


def test_a_dismissed_request_counts_unless_its_model_won() -> None:
    outcomes: tuple[Outcome, ...] = ("running", "failed", "stopped", "refused", "waiting", "live")
    runs = [run(f"run-{outcome}", 40, outcome) for outcome in outcomes]
    about = [
        RequestDismissed(event_id=r.run, tenant="acme", occurred_at=NOW, run=r.run, by="sam", reason="x") for r in runs
    ]
    found = {r.run: r.outcome for r in with_dismissals([*runs, run("run-other", 9, "running")], decided(about))}
    assert [found[r.run] for r in runs] == [*["dismissed"] * 4, "waiting", "live"]
    assert found["run-other"] == "running"


def test_a_muted_window_says_by_whom_until_when_and_why() -> None:
    mute = DriftMuted(event_id="m", tenant="acme", occurred_at=NOW, until=END + DAY, by="sam", reason="a move")
    assert muted(END, decided([mute])) == "muted until 2025-06-04T00:00:00+00:00 by sam: a move"
    assert muted(END + DAY, decided([mute])) is None
    assert muted(END, decided([])) is None


def made(signal: str, verdict: Verdict) -> Judged:
    m = Measured(signal, 0.71, 0.5, 0.42, 0.001, 900, 300, 60, 50, Chance())
    return Judged(m, 0.011, 0.25, 4.0, 5.2, 3.1, Expected(0.0, 0.1, 0.1), verdict)


def test_a_request_names_its_evidence_and_is_the_same_however_often_it_is_made() -> None:
    tripped, steady = made("query_drift", "tripped"), made("zero_click", "steady")
    event = request("acme", END, [tripped, steady], CONFIG, NOW, "no harm seen")
    again = request("acme", END.astimezone(), [tripped], CONFIG, NOW + DAY, "harmful")
    assert [e.signal for e in event.evidence] == ["query_drift"]
    assert "query_drift 0.71 (reference 0.5, evidence 5.2 of 3.1)" in event.reason
    assert "; no harm seen; without any drift it would be asked for once in 90 days or less" in event.reason
    assert (event.event_id, event.run) == (again.event_id, again.run)
    assert event.run.startswith("run-20250603000000-")
    assert request("other", END, [tripped], CONFIG, NOW, "").run != event.run


@pytest.mark.parametrize(
    ("runs", "began_days_ago", "result"),
    [
        ([], 30, "by schedule: the watch began 30 days before"),
        ([], 29, ""),
        ([run("run-x", 30, "live")], 400, "by schedule: run-x was asked for 30 days before"),
        ([run("run-x", 30, "refused")], 400, "by schedule: run-x was asked for 30 days before"),
        ([run("run-x", 30, "live", 199)], 400, ""),
        ([run("run-x", 29, "live"), run("run-y", 90, "live")], 400, ""),
        ([run("run-x", -1, "live")], 400, ""),
    ],
)
def test_a_schedule_asks_when_the_last_request_is_so_many_days_old(
    runs: list[Run], began_days_ago: int, result: str
) -> None:
    monthly = CONFIG.model_copy(update={"at_latest_days": 30})
    for order in (runs, runs[::-1]):
        found = overdue("acme", END, END - began_days_ago * DAY, order, monthly)
        assert result in found if result else found == ""
        assert overdue("acme", END, END - began_days_ago * DAY, order, CONFIG) == "", "none does unless it is set"
