"""Instants as whole numbers and back: exact at both ends of what a row may hold, and never of an unknown zone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.instants import EPOCH, instant, is_over, microseconds, milliseconds

FAR = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_there_and_back_loses_nothing(since_1970_ms: int) -> None:
    assert milliseconds(instant(since_1970_ms)) == since_1970_ms


def test_parts_of_a_millisecond_are_cut_off_downwards() -> None:
    assert milliseconds(EPOCH + timedelta(microseconds=1_999)) == 1
    assert milliseconds(EPOCH - timedelta(microseconds=1)) == -1


def test_the_last_microsecond_is_exact_where_a_float_is_not() -> None:
    assert microseconds(FAR) == 253_402_300_799_999_999 != int(FAR.timestamp() * 1_000_000)
    assert milliseconds(FAR) == 253_402_300_799_999


def test_the_offset_counts() -> None:
    there = datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert milliseconds(there) == microseconds(there) == 0


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(TypeError):
        milliseconds(datetime(2025, 1, 1))  # noqa: DTZ001  # the naive time is the point


@pytest.mark.parametrize(("passed_s", "over"), [(0, False), (59.999, False), (60, True), (61, True), (-0.001, True)])
def test_a_wait_is_over_after_its_time_and_when_the_clock_was_set_back(passed_s: float, over: bool) -> None:
    assert is_over(timedelta(minutes=1), FAR, FAR + timedelta(seconds=min(0, passed_s))) is (passed_s < 0)
    assert is_over(timedelta(minutes=1), EPOCH, EPOCH + timedelta(seconds=passed_s)) is over
