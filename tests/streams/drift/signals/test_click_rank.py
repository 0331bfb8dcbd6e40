"""click_rank: the reciprocal rank of the best opened result."""

import pytest

from streams.drift.behaviour import Search
from streams.drift.signals.click_rank import value
from tests.streams.drift.searching import LONG, SHORT, UNKNOWN, asked


@pytest.mark.parametrize(
    ("search", "answer"),
    [
        (asked("q", opened=(LONG, SHORT)), 1.0),
        (asked("q", opened=(UNKNOWN,)), 0.25),
        (asked("q"), None),
        (asked("q", assistant=True, opened=(LONG,)), None),
    ],
)
def test_only_a_list_with_an_opening_has_one(search: Search, answer: float | None) -> None:
    assert value(search) == answer
