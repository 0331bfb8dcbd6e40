"""A period ends with the newest that a tenant did, and with today only where nothing was done."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from operations.periods import Period, recent
from tests.operations.past import MONDAY, TENANT
from tests.streams.lives import Streams

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def test_a_period_ends_with_the_newest_reaction_after_the_newest_search(past: Streams) -> None:
    newest = MONDAY + timedelta(days=8, hours=1)
    assert recent(past.warehouse, TENANT, timedelta(days=30), NOW).until == newest + timedelta(seconds=1)
    assert recent(past.warehouse, "nobody", timedelta(days=30), NOW) == Period(NOW - timedelta(days=30), NOW)


@pytest.mark.parametrize(
    "since",
    [
        datetime(2026, 3, 4, 13, tzinfo=UTC),
        datetime(2026, 3, 2, tzinfo=UTC),
        datetime(2026, 3, 1, 23, 59, 59, 999_000, tzinfo=UTC),
        datetime(2026, 3, 8, 23, 59, tzinfo=UTC),
        datetime(2026, 3, 9, 1, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_in_weeks_the_first_is_whole_and_nothing_before_it_counts(since: datetime) -> None:
    whole = Period(since, NOW).in_weeks()
    assert whole == Period(datetime(2026, 3, 2, tzinfo=UTC) - timedelta(milliseconds=1), NOW)
    assert whole.in_weeks() == whole
    assert whole.parameters()["since"] == "2026-03-01 23:59:59.999"


def test_times_are_written_in_utc() -> None:
    east = datetime(2026, 3, 2, 1, tzinfo=timezone(timedelta(hours=2)))
    assert Period(east, east).parameters()["since"] == "2026-03-01 23:00:00.000"
