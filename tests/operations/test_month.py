"""What a period of learning brought and took."""

from datetime import timedelta

from operations import month
from operations.periods import Period
from tests.operations.past import MONDAY, PERIOD, TENANT
from tests.streams.lives import Streams

DAY = timedelta(days=1)


def test_a_run_has_its_gain_its_costs_and_when_it_went_live(past: Streams) -> None:
    won, failed = month.runs(past.warehouse, TENANT, PERIOD)
    assert (won.run, won.verdict, won.model, won.rung, won.requested_by) == ("run-1", "WIN", "past-1", "full", "drift")
    assert won.gain is not None
    assert round(won.gain, 6) == 0.1
    assert (won.train_s, won.documents, won.passages) == (100, 7, 21)
    assert won.ended_at == MONDAY + 4 * DAY + timedelta(hours=2)
    assert won.live_at == MONDAY + 4 * DAY + timedelta(hours=5)
    assert (failed.verdict, failed.gain, failed.live_at, failed.reasons) == ("ERROR", None, None, ("no pairs",))
    assert month.runs(past.warehouse, TENANT, Period(MONDAY, MONDAY + DAY)) == ()


def test_latencies_are_of_searches_of_our_own_index_each_once(past: Streams) -> None:
    found = month.latencies(past.warehouse, TENANT, PERIOD)
    assert (found.searches, found.median_ms, found.p95_ms) == (6, 9.0, 197.0)
    nothing = month.latencies(past.warehouse, "nobody", PERIOD)
    assert (nothing.searches, nothing.median_ms, nothing.p95_ms) == (0, None, None)
