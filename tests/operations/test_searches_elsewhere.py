"""What the log of another search is good for."""

from datetime import UTC, datetime, timedelta

import pytest

from operations.searches_elsewhere import Elsewhere, judged

BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
NEWEST = BEGIN + timedelta(days=9)
GOOD = {"people": 40, "answered": 40, "untouched": 9, "timed_before": 5, "timed_since": 5}


@pytest.mark.parametrize(
    ("newest", "changed", "unlike", "untimed"),
    [
        (NEWEST, {}, "", ""),
        (NEWEST, {"timed_before": 0, "timed_since": 0}, "", ""),
        (NEWEST, {"timed_before": 0}, "", "the log does not tell for how long"),
        (NEWEST, {"timed_since": 0}, "", "what came since does not tell for how long"),
        (NEWEST, {"people": 29, "answered": 29}, "its log has 29 people on those days, and 30 are needed", ""),
        (BEGIN, {}, "the newest search of its log is of 2026-05-01, before 2026-05-01", ""),
    ],
)
def test_a_log_is_compared_with_where_it_is_alike(
    newest: datetime, changed: dict[str, int], unlike: str, untimed: str
) -> None:
    assert judged(newest, BEGIN, **{**GOOD, **changed}) == Elsewhere(unlike, untimed)


def test_without_a_search_of_another_kind_there_is_nothing_to_say() -> None:
    assert judged(None, BEGIN, **GOOD) is None
