"""What people got before and since a cutover: what is said of it, and its counts from raw rows."""

from datetime import UTC, datetime, timedelta

import pytest

from operations.since_cutover import SinceCutover, advice, in_words, not_watched, read
from retrieval.satisfied_shares import Person, compared
from stores.serving import ServingRecord, Standby
from tests.operations.past import MONDAY, RULES, TENANT
from tests.streams.lives import Streams

AT = datetime(2026, 5, 1, tzinfo=UTC)
MOVED = MONDAY + timedelta(days=4, hours=5)
RECORD = ServingRecord(tenant=TENANT, model="past-1", collection="C1", version=2, packet="p", by="sam", moved_at=MOVED)


def test_a_loss_asks_for_the_way_back_as_long_as_there_is_one() -> None:
    lost, standby = (
        SinceCutover("m", AT, compared([Person(9, 9, 9, 0)] * 30)),
        Standby(model="old", collection="c", until=AT),
    )
    record = RECORD.model_copy(update={"standby": standby})
    assert advice(lost, record, AT - timedelta(days=1)) == (
        "roll back to old, which is kept fresh until 2026-05-01 00:00 UTC"
    )
    assert "train again" in advice(lost, record, AT)
    assert "train again" in advice(lost, RECORD, AT)
    assert (
        advice(SinceCutover("m", AT, compared([Person(9, 9, 9, 9)] * 30)), record, AT) == advice(None, record, AT) == ""
    )
    assert in_words(lost) == (
        "Since the cutover to m 0.0 % of 270 searches of 30 people satisfied; before 100.0 % of 270 searches of 30 "
        "people satisfied: -100.0 points (-100.0 to -100.0)."
    )


def test_what_it_is_compared_with_is_said() -> None:
    few, began = compared([]), AT - timedelta(days=28)
    some = SinceCutover("m", AT, few, began, (5, 6))
    assert in_words(some).startswith(
        "0 people searched since the cutover to m, 0 before (2026-04-03 to 2026-05-01, only Fri, Sat: the days of the "
        "week that came since); with 30 on each side"
    )
    assert "0 before (2026-04-03 to 2026-05-01); with" in in_words(
        SinceCutover("m", AT, few, began, (1, 2, 3, 4, 5, 6, 7))
    )


def test_after_a_rollback_it_is_said_who_rolled_back_and_when() -> None:
    back = RECORD.model_copy(update={"packet": None, "by": "sam", "model": "old", "moved_at": AT})
    assert not_watched("acme", back) == (
        "No cutover of 'acme' to watch: the last move was a rollback to old, on 2026-05-01 00:00 UTC by sam."
    )
    none = "No cutover of 'acme' to watch: none was approved in the last 28 days."
    first = back.model_copy(update={"by": "indexer"})
    assert [not_watched("acme", one) for one in (None, first, RECORD)] == [none] * 3


def test_each_answered_search_counts_before_or_since_on_the_same_days_of_the_week(past: Streams) -> None:
    def found(record: ServingRecord | None, now: datetime) -> tuple[tuple[int, int, float | None], ...]:
        got = read(past.warehouse, TENANT, record, now, RULES)
        sides = (got.found.before, got.found.since) if got else ()
        return tuple((side.people, side.searches, side.share) for side in sides)

    read_as = read(past.warehouse, TENANT, RECORD, MOVED + timedelta(days=1), RULES)
    assert read_as is not None
    assert (read_as.began, read_as.days) == (MOVED - timedelta(days=28), (5, 6))
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
