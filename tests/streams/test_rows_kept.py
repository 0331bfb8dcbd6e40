"""A warehouse that was emptied or set back while a worker runs is noticed; one that grows is not taken for that."""

import pytest

from streams.rows_kept import Bounds, RowsKept, RowsLost, lost

A, B = ("clicks", "id", 0), ("clicks", "id", 1)


@pytest.mark.parametrize(
    ("before", "now", "gone"),
    [
        ({}, {}, ""),
        ({}, {A: (5, 9)}, ""),
        ({A: (0, 9)}, {A: (0, 12), B: (0, 1)}, ""),
        ({A: (5, 9)}, {A: (0, 9)}, ""),
        ({A: (0, 9), B: (0, 1)}, {A: (0, 9)}, "clicks/1"),
        ({A: (0, 9)}, {A: (10, 12)}, "clicks/0"),
        ({A: (0, 9)}, {A: (0, 8)}, "clicks/0"),
    ],
)
def test_a_partition_that_begins_later_ends_earlier_or_is_gone_has_lost_rows(
    before: Bounds, now: Bounds, gone: str
) -> None:
    assert lost(before, now) == gone


def test_the_worker_ends_when_rows_are_lost_between_two_looks() -> None:
    looks: list[Bounds] = [{A: (0, 9)}, {A: (0, 20)}, {A: (21, 22)}]
    kept = RowsKept(lambda: looks.pop(0))
    kept.verify()
    kept.verify()
    with pytest.raises(RowsLost, match="clicks/0"):
        kept.verify()
