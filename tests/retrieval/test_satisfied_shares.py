"""Did people find less: the rule by simulated people."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from retrieval.satisfied_shares import LEAST_PEOPLE, Person, Verdict, compared, in_words, weekdays


def people(seed: int, count: int, change: float, days: int = 28) -> list[list[Person]]:
    """What people did up to each day since a cutover that changed everybody's share; people differ much."""
    draw = np.random.default_rng(seed)
    own, active = draw.beta(2.0, 2.0, count), draw.gamma(0.7, 0.4, count)
    before = draw.poisson(active * 28)
    satisfied = draw.binomial(before, own)
    since, good = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    found = list[list[Person]]()
    for _ in range(days):
        today = draw.poisson(active)
        since += today
        good += draw.binomial(today, np.clip(own + change, 0.0, 1.0))
        found.append([Person(*map(int, row)) for row in zip(before, satisfied, since, good, strict=True)])
    return found


def verdicts(days: Sequence[Sequence[Person]]) -> list[Verdict]:
    return [compared(day).verdict for day in days]


def test_no_change_is_seldom_called_one_however_often_it_is_looked_at() -> None:
    called = sum(bool({Verdict.LOSS, Verdict.GAIN} & {*verdicts(people(seed, 150, 0.0))}) for seed in range(200))
    assert called <= 10, "5 % of 200 watches of four weeks"


@pytest.mark.parametrize(("change", "wanted"), [(-0.15, Verdict.LOSS), (0.15, Verdict.GAIN)])
def test_a_change_is_found_within_four_weeks(change: float, wanted: Verdict) -> None:
    found = [verdicts(people(seed, 250, change)) for seed in range(20)]
    assert sum(wanted in each for each in found) >= 18


def test_people_are_the_cases_and_not_their_searches() -> None:
    one = [Person(1, 1, 1, 1), Person(1, 0, 1, 0), Person(2, 1, 2, 0), Person(2, 2, 2, 1)] * 15
    many = [Person(*(50 * count for count in person)) for person in one]
    few, lots = compared(one), compared(many)
    assert [few.low, few.high] == pytest.approx([lots.low, lots.high])
    assert (lots.since.searches, few.since.people) == (50 * few.since.searches, 60)


def test_who_stays_the_same_makes_the_interval_narrow() -> None:
    """Half of the people always find what they want and half never do: that is no doubt about the change."""
    same = [Person(5, 5, 5, 5), Person(5, 0, 5, 0)] * 50
    others = [Person(5, 5, 0, 0), Person(5, 0, 0, 0), Person(0, 0, 5, 5), Person(0, 0, 5, 0)] * 50
    kept, new = compared(same), compared(others)
    assert (kept.low, kept.high) == (0.0, 0.0)
    assert new.low is not None
    assert new.low < -0.1


def test_of_few_people_nothing_is_said() -> None:
    for found in ([], [Person(9, 9, 9, 0)] * (LEAST_PEOPLE - 1), [Person(9, 9, 0, 0)] * 99, [Person(0, 0, 9, 0)] * 99):
        assert compared(found).verdict is Verdict.TOO_FEW
        assert "with 30 on each side" in in_words(compared(found), "since", "before")
    assert compared([Person(9, 9, 9, 0)] * LEAST_PEOPLE).verdict is Verdict.LOSS


def test_days_of_the_week_are_those_that_there_were() -> None:
    friday = datetime(2026, 2, 20, 22, tzinfo=UTC)
    assert weekdays(friday, friday) == [5]
    assert weekdays(friday, friday + timedelta(hours=3)) == [5, 6]
    assert weekdays(friday, friday + timedelta(days=30)) == [1, 2, 3, 4, 5, 6, 7]
