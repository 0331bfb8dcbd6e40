from datetime import UTC, datetime, timedelta

from schemas.instants import instant, milliseconds
from streams.drift.windows import Due, Served, complete_before, due


def served(*models: str, searches: int = 100) -> list[Served]:
    return [Served(1_000 * i, model, searches) for i, model in enumerate(models) if model != "-"]


def test_windows_tumble_from_the_epoch() -> None:
    at = datetime(2025, 3, 3, 15, 59, 59, 999_000, tzinfo=UTC)
    assert instant(complete_before(at, 3_600_000)) == datetime(2025, 3, 3, 15, tzinfo=UTC)
    assert complete_before(at + timedelta(milliseconds=1), 3_600_000) == milliseconds(at) + 1


def test_the_first_windows_are_the_reference_and_the_rest_is_judged_in_order() -> None:
    found = due(served("base", "-", "base", "base", "base"), -1, 2, 0)
    assert found == [Due(3_000, "base", (0, 2_000)), Due(4_000, "base", (0, 2_000))]
    assert due(served("base", "-", "base", "base", "base"), 4_000, 2, 0) == found[1:]


def test_a_reference_of_few_searches_grows_before_it_is_frozen() -> None:
    found = due(served("base", "base", "base", "base", "base", searches=30), -1, 2, 100)
    assert found == [Due(4_000, "base", (0, 1_000, 2_000, 3_000))]


def test_a_new_model_begins_a_new_reference_and_a_rollback_takes_up_the_old_one() -> None:
    found = due(served("base", "new", "new", "base", "new", "base"), -1, 2, 0)
    assert found == [Due(4_000, "new", (1_000, 2_000)), Due(5_000, "base", (0, 3_000))]


def test_a_shared_window_belongs_to_the_model_that_answered_most() -> None:
    rows = [Served(0, "base", 90), Served(0, "new", 10), Served(1_000, "base", 10), Served(1_000, "new", 90)]
    assert due([*rows, Served(2_000, "new", 50)], -1, 1, 0) == [Due(2_000, "new", (1_000,))]
