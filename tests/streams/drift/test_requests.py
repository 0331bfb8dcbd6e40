"""When drift may ask for a training."""

from datetime import UTC, datetime, timedelta

import pytest

from streams.drift.config import DriftConfig
from streams.drift.judgement import Judged
from streams.drift.requests import Run, obstacle, request, run_id
from streams.drift.signal import Measured

CONFIG = DriftConfig(window_s=3_600, cooldown_windows=4, run_timeout_s=7_200)
END = datetime(2025, 3, 3, 12, tzinfo=UTC)
NOW = datetime(2025, 3, 3, 12, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("last", "runs", "result"),
    [
        (None, [], None),
        (END - HOUR, [], "asked less than"),
        (END - 4 * HOUR, [], None),
        (END, [], None),
        (None, [Run("run-x", NOW - HOUR, None)], "run-x is running"),
        (None, [Run("run-x", NOW - 3 * HOUR, None)], None),
        (None, [Run("run-x", NOW - 9 * HOUR, NOW - HOUR)], "run-x ended less than"),
        (None, [Run("run-x", NOW - 9 * HOUR, NOW - 5 * HOUR)], None),
        (None, [Run(run_id("acme", END), NOW - HOUR, None)], None),
    ],
    ids=["first", "cooldown", "cooled", "itself again", "running", "lost", "just ended", "ended", "its own run"],
)
def test_one_training_at_a_time_and_rest_between(last: datetime | None, runs: list[Run], result: str | None) -> None:
    found = obstacle("acme", END, last, runs, CONFIG, NOW)
    assert (result in found) if result and found else found == result


def test_a_request_names_its_evidence_and_is_the_same_however_often_it_is_made() -> None:
    tripped = Judged(Measured("query_drift", 0.71, 0.5, 0.42, 0.001, 900, 300, 60, 50), 0.011, 0.25, "tripped")
    steady = Judged(Measured("zero_click", 0.3, 0.3, 0.0, 0.5, 900, 300, 60, 50), 0.6, 0.2, "steady")
    event = request("acme", END, [tripped, steady], CONFIG, NOW)
    again = request("acme", END.astimezone(), [tripped], CONFIG, NOW + HOUR)
    assert [e.signal for e in event.evidence] == ["query_drift"]
    assert "query_drift 0.71 (reference 0.5, p 0.001)" in event.reason
    assert (event.event_id, event.run) == (again.event_id, again.run)
    assert event.run.startswith("run-20250303120000-")
    assert request("other", END, [tripped], CONFIG, NOW).run != event.run
