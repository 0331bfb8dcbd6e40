"""What people got before and since a cutover: the rule by simulated people, and its counts from raw rows."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from operations.since_cutover import LEAST_PEOPLE, Person, Verdict, advice, in_words, judged, read, weekdays
from stores.serving import ServingRecord, Standby
from tests.operations.past import MONDAY, RULES, TENANT
from tests.streams.lives import Streams

AT = datetime(2026, 5, 1, tzinfo=UTC)
MOVED = MONDAY + timedelta(days=4, hours=5)
RECORD = ServingRecord(tenant=TENANT, model="past-1", collection="C1", version=2, packet="p", by="sam", moved_at=MOVED)


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
    return [judged("m", AT, day).verdict for day in days]


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
    few, lots = judged("m", AT, one), judged("m", AT, many)
    assert [few.low, few.high] == pytest.approx([lots.low, lots.high])
    assert (lots.since.searches, few.since.people) == (50 * few.since.searches, 60)


def test_who_stays_the_same_makes_the_interval_narrow() -> None:
    """Half of the people always find what they want and half never do: that is no doubt about the change."""
    same = [Person(5, 5, 5, 5), Person(5, 0, 5, 0)] * 50
    others = [Person(5, 5, 0, 0), Person(5, 0, 0, 0), Person(0, 0, 5, 5), Person(0, 0, 5, 0)] * 50
    kept, new = judged("m", AT, same), judged("m", AT, others)
    assert (kept.low, kept.high) == (0.0, 0.0)
    assert new.low is not None
    assert new.low < -0.1


def test_of_few_people_nothing_is_said() -> None:
    for found in ([], [Person(9, 9, 9, 0)] * (LEAST_PEOPLE - 1), [Person(9, 9, 0, 0)] * 99, [Person(0, 0, 9, 0)] * 99):
        assert judged("m", AT, found).verdict is Verdict.TOO_FEW
        assert "with 30 on each side" in in_words(judged("m", AT, found))
    assert judged("m", AT, [Person(9, 9, 9, 0)] * LEAST_PEOPLE).verdict is Verdict.LOSS


def test_a_loss_asks_for_the_way_back_as_long_as_there_is_one() -> None:
    lost, standby = judged("m", AT, [Person(9, 9, 9, 0)] * 30), Standby(model="old", collection="c", until=AT)
    record = RECORD.model_copy(update={"standby": standby})
    assert advice(lost, record, AT - timedelta(days=1)) == (
        "roll back to old, which is kept fresh until 2026-05-01 00:00 UTC"
    )
    assert "train again" in advice(lost, record, AT)
    assert "train again" in advice(lost, RECORD, AT)
    assert advice(judged("m", AT, [Person(9, 9, 9, 9)] * 30), record, AT) == advice(None, record, AT) == ""
    assert in_words(lost) == (
        "Since the cutover to m 0.0 % of 270 searches of 30 people satisfied; before 100.0 % of 270 searches of 30 "
        "people satisfied: -100.0 points (-100.0 to -100.0)."
    )


def test_days_of_the_week_are_those_that_there_were() -> None:
    friday = datetime(2026, 2, 20, 22, tzinfo=UTC)
    assert weekdays(friday, friday) == [5]
    assert weekdays(friday, friday + timedelta(hours=3)) == [5, 6]
    assert weekdays(friday, friday + timedelta(days=30)) == [1, 2, 3, 4, 5, 6, 7]


def test_each_answered_search_counts_before_or_since_on_the_same_days_of_the_week(past: Streams) -> None:
    def found(record: ServingRecord | None, now: datetime) -> tuple[tuple[int, int, float | None], ...]:
        got = read(past.warehouse, TENANT, record, now, RULES)
        sides = (got.before, got.since) if got else ()
        return tuple((side.people, side.searches, side.share) for side in sides)

    assert found(RECORD, MOVED + timedelta(days=7)) == ((2, 4, 0.5), (1, 1, 1.0))
    assert found(RECORD, MOVED + timedelta(days=1)) == ((0, 0, None), (0, 0, None)), "nobody searches on a Friday"
    later = RECORD.model_copy(update={"moved_at": MOVED + timedelta(days=14)})
    assert found(later, later.moved_at + timedelta(days=7)) == ((1, 1, 1.0), (0, 0, None)), "from the cutover before it"


@pytest.mark.parametrize(
    ("record", "days"),
    [
        (None, 1),
        (RECORD.model_copy(update={"packet": None}), 1),  # the first collection, or a rollback
        (RECORD, 29),
        (RECORD, -1),  # a clock that was set back
    ],
)
def test_what_no_operator_cut_over_to_and_what_is_long_over_is_not_watched(
    past: Streams, record: ServingRecord | None, days: int
) -> None:
    assert read(past.warehouse, TENANT, record, MOVED + timedelta(days=days), RULES) is None
