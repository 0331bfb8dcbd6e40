"""Handles wait for a request of their own state, and few of them wait."""

from typing import Any

import pytest

from embedded.clickhouse_handle import Approved, Handle
from embedded.clickhouse_pool import Pool, state_of


class Connection:
    """Counts how often it was closed."""

    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def handle() -> Handle:
    return Handle(Connection(), Approved(()))


def closed(given: Handle) -> Any:  # noqa: ANN401 - as the handle's connection
    return given.connection.closed


@pytest.mark.parametrize(
    "other",
    [
        state_of("b", {"max_threads": "1"}),
        state_of("", {"max_threads": "1"}),
        state_of("a", {"max_threads": "2"}),
        state_of("a", {}),
        state_of("a", {"max_threads": "1", "readonly": "1"}),
    ],
)
def test_a_handle_serves_its_own_state_alone(other: tuple[str, frozenset[tuple[str, str]]]) -> None:
    pool, kept = Pool(4), handle()
    pool.give(state_of("a", {"max_threads": "1"}), kept)
    assert pool.take(other) is None
    assert pool.take(state_of("a", {"max_threads": "1"})) is kept
    assert pool.take(state_of("a", {"max_threads": "1"})) is None, "it is lent"


def test_the_one_that_has_waited_longest_gives_way() -> None:
    pool, handles = Pool(2), [handle() for _ in range(4)]
    for number, each in enumerate(handles):
        pool.give(state_of(str(number % 3), {}), each)
    assert [closed(each) for each in handles] == [1, 1, 0, 0]
    assert pool.take(state_of("1", {})) is None
    assert pool.take(state_of("0", {})) is handles[3]


def test_what_is_idle_is_closed_at_the_end_and_what_is_lent_is_not() -> None:
    pool, lent, idle = Pool(2), handle(), handle()
    pool.give(state_of("", {}), lent)
    pool.give(state_of("", {}), idle)
    assert pool.take(state_of("", {})) is idle, "the one used last"
    pool.close()
    assert (closed(lent), closed(idle)) == (1, 0)
