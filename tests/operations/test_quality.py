"""Quality week by week, counted from the raw rows."""

from datetime import date, datetime, timedelta

from operations import quality
from operations.periods import Period
from operations.quality import Rules, Week, together, whole
from tests.operations.past import MONDAY, PERIOD, RULES, TENANT
from tests.streams.lives import Streams

FIRST = Week(
    MONDAY.date(), searches=6, people=2, answered=4, satisfied=2, lists=3, zero_click=1, shown=5, opened=2, own=4,
    zero_result=1, yes=1, no=1,
)  # fmt: skip
SECOND = Week(
    date(2026, 2, 23), searches=1, people=1, answered=1, satisfied=1, lists=1, zero_click=0, shown=1, opened=1, own=1,
    zero_result=0, yes=1, no=0,
)  # fmt: skip


def test_each_search_counts_once_in_its_week_for_what_came_of_it(past: Streams) -> None:
    assert quality.read(past.warehouse, TENANT, PERIOD, RULES) == (FIRST, SECOND)
    assert quality.read(past.warehouse, "nobody", PERIOD, RULES) == ()


def test_what_satisfies_and_what_is_a_yes_are_rules(past: Streams) -> None:
    first, _ = quality.read(past.warehouse, TENANT, PERIOD, Rules(5.0, (), ("helpful",)))
    assert (first.satisfied, first.yes, first.no) == (3, 0, 1)


def test_shares_are_of_what_could_have_happened() -> None:
    assert (FIRST.satisfaction, FIRST.zero_click_rate, FIRST.click_through) == (0.5, 1 / 3, 0.4)
    assert (FIRST.zero_result_rate, FIRST.approval) == (0.25, 0.5)
    nothing = Week(MONDAY.date())
    shares = (nothing.satisfaction, nothing.zero_click_rate, nothing.click_through, nothing.zero_result_rate)
    assert {*shares, nothing.approval} == {None}


def test_a_week_that_began_before_the_period_is_not_whole() -> None:
    def whole_since(since: datetime) -> tuple[Week, ...]:
        return whole((FIRST, SECOND), Period(since, MONDAY + timedelta(days=14)))

    assert whole_since(MONDAY - timedelta(milliseconds=1)) == whole_since(MONDAY) == (FIRST, SECOND)
    assert whole_since(MONDAY + timedelta(hours=1)) == (SECOND,)
    assert whole_since(MONDAY + timedelta(days=8)) == ()


def test_weeks_are_added_up_and_people_are_not() -> None:
    both = together([FIRST, SECOND])
    assert (both.searches, both.satisfied, both.shown, both.yes, both.people) == (7, 3, 6, 2, 2)
