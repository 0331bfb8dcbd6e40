"""Windows by cases, epochs by models, references of the days before."""

from datetime import UTC, datetime, timedelta

from schemas.instants import instant, milliseconds
from streams.drift.windows import (
    Due,
    Epoch,
    Served,
    Shape,
    complete_before,
    due,
    first_epoch,
    leaders,
    searches_between,
)

SHAPE = Shape(unit_ms=1_000, cases=100, most=4, reference_days=2, reference_cases=0)
BASE = Epoch("base", 2_000, ((0, "base"), (1_000, "base")))


def served(*models: str, searches: int = 100) -> dict[int, Served]:
    return leaders([Served(1_000 * i, model, searches, searches) for i, model in enumerate(models) if model != "-"])


def spans(found: list[Due]) -> list[tuple[int, int, int]]:
    return [(window.start_ms, window.end_ms, window.searches) for window in found]


def test_windows_tumble_from_the_epoch() -> None:
    at = datetime(2025, 3, 3, 15, 59, 59, 999_000, tzinfo=UTC)
    assert instant(complete_before(at, 3_600_000)) == datetime(2025, 3, 3, 15, tzinfo=UTC)
    assert complete_before(at + timedelta(milliseconds=1), 3_600_000) == milliseconds(at) + 1


def test_the_first_days_with_searches_are_the_reference() -> None:
    assert first_epoch(served("base", "-", "base", "base"), SHAPE) == Epoch(
        "base", 3_000, ((0, "base"), (2_000, "base"))
    )
    assert first_epoch(served("base"), SHAPE) is None


def test_a_reference_of_few_searches_grows() -> None:
    shape = Shape(1_000, 100, 4, 2, 100)
    found = first_epoch(served("base", "base", "base", "base", "base", searches=30), shape)
    assert found is not None
    assert [start for start, _ in found.reference] == [0, 1_000, 2_000, 3_000]


def test_a_window_closes_with_enough_cases_or_after_the_most_days() -> None:
    led = served("base", "base", "base", "-", "base", "base", "base", "base", "base", searches=50)
    assert spans(due(led, BASE, 2_000, 9_000, SHAPE)) == [(2_000, 5_000, 100), (5_000, 7_000, 100), (7_000, 9_000, 100)]
    led = served("base", "base", "base", "-", "base", searches=10)
    assert spans(due(led, BASE, 2_000, 9_000, SHAPE)) == [(2_000, 6_000, 20)]
    assert spans(due(led, BASE, 2_000, 10_000, SHAPE)) == [(2_000, 6_000, 20), (6_000, 10_000, 0)], (
        "silence is a window"
    )


def test_where_the_reading_stops_changes_no_window() -> None:
    led = served(*["base"] * 40, searches=60)
    whole = due(led, BASE, 2_000, 40_000, SHAPE)
    for cut in range(3_000, 40_000, 1_000):
        first = due(led, BASE, 2_000, cut, SHAPE)
        assert first + due(led, BASE, first[-1].end_ms if first else 2_000, 40_000, SHAPE) == whole


def test_a_new_model_is_compared_with_the_days_before_it() -> None:
    found = due(served("base", "base", "base", "new", "new"), BASE, 2_000, 5_000, SHAPE)
    assert spans(found) == [(2_000, 3_000, 100), (3_000, 4_000, 100), (4_000, 5_000, 100)]
    assert [w.epoch.model for w in found] == ["base", "new", "new"]
    assert found[1].epoch == Epoch("new", 3_000, ((1_000, "base"), (2_000, "base")))


def test_a_new_model_cuts_a_window_short_and_a_rollback_begins_another_epoch() -> None:
    led = served("base", "base", "base", "new", "base", searches=60)
    found = due(led, BASE, 2_000, 6_000, SHAPE)
    assert spans(found) == [(2_000, 3_000, 60), (3_000, 4_000, 60)]
    assert found[1].epoch.began_ms == 3_000
    rolled_back = due(leaders([*led.values(), Served(5_000, "base", 60, 60)]), BASE, 2_000, 6_000, SHAPE)[-1]
    assert rolled_back.epoch == Epoch("base", 4_000, ((2_000, "base"), (3_000, "new")))


def test_a_shared_day_belongs_to_the_model_that_answered_most() -> None:
    rows = [
        Served(0, "base", 90, 90),
        Served(0, "new", 10, 10),
        Served(1_000, "base", 10, 9),
        Served(1_000, "new", 90, 80),
    ]
    assert {at: day.model for at, day in leaders(rows).items()} == {0: "base", 1_000: "new"}
    assert searches_between(leaders(rows), "base", 0, 2_000) == 90


def test_a_reference_grows_until_it_holds_enough_different_queries_of_people() -> None:
    days = leaders([Served(1_000 * n, "base", 500, 40) for n in range(6)])
    shape = Shape(unit_ms=1_000, cases=100, most=4, reference_days=2, reference_cases=100)
    found = first_epoch(days, shape)
    assert found is not None
    assert len(found.reference) == 3, "forty different queries a day, whatever one robot asks"
