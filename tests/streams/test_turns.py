"""Small batches go in turns; what is alone, or large, goes at once."""

import pytest

from streams.turns import EVERY_S, SMALL, Turns


def test_the_first_after_a_silence_goes_at_once_and_what_follows_waits_for_one_turn_together() -> None:
    turns = Turns(0.5)
    assert turns.wait_s(1, 10.0) == 0.0
    assert [10.1 + turns.wait_s(1, 10.1), 10.4 + turns.wait_s(1, 10.4)] == pytest.approx([10.5, 10.5])


def test_what_comes_after_a_turn_that_was_taken_waits_for_the_next_one() -> None:
    turns = Turns(0.5)
    turns.wait_s(1, 10.0)
    turns.wait_s(1, 10.1)  # takes the turn at 10.5
    assert 10.5 + turns.wait_s(1, 10.5) == pytest.approx(11.0)
    assert 10.9 + turns.wait_s(1, 10.9) == pytest.approx(11.0)
    assert 11.01 + turns.wait_s(1, 11.01) == pytest.approx(11.5)


def test_a_turn_that_nobody_took_is_a_silence() -> None:
    turns = Turns(0.5)
    turns.wait_s(1, 10.0)
    assert turns.wait_s(1, 10.5) == 0.0
    assert 10.6 + turns.wait_s(1, 10.6) == pytest.approx(11.0)


def test_a_long_silence_after_a_taken_turn_is_a_silence() -> None:
    turns = Turns(0.5)
    turns.wait_s(1, 10.0)
    turns.wait_s(1, 10.1)
    assert turns.wait_s(1, 60.0) == 0.0


def test_a_large_batch_neither_waits_nor_takes_a_turn() -> None:
    turns = Turns(0.5)
    turns.wait_s(1, 10.0)
    assert turns.wait_s(SMALL, 10.1) == 0.0
    assert turns.wait_s(1, 10.5) == 0.0


def test_no_wait_is_longer_than_a_turn() -> None:
    turns = Turns()
    assert all(0.0 <= turns.wait_s(1, n * 0.013) <= EVERY_S for n in range(2_000))
