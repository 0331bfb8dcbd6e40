"""One instant however it is written, and none for what is none."""

from datetime import UTC, datetime

import pytest

from connectors.instants import moment, of_seconds, of_slack

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-02T09:00:00Z", "2026-11-02T10:00:00+01:00", "2026-11-02 09:00:00", " 2026-11-02 09:00:00.000 ",
        1793610000, "1793610000", 1793610000.0, "1793610000000", 1793610000000,
        "20261102090000", 20261102090000, "202611020900", "20261102T090000Z", "20261102090000.0",
    ],
)  # fmt: skip
def test_every_way_to_write_it_is_the_same_instant(written: object) -> None:
    assert moment(written) == NINE


def test_a_date_without_hyphens_is_that_day() -> None:
    assert [moment(written) for written in ("20261102", 20261102, 20261102.0)] == [NINE.replace(hour=0)] * 3
    assert moment("19991231") == datetime(1999, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "", "yesterday", None, True, "2026-13-01", -1, "99999999999999999999", [1], "20261301", "20260229", "2026",
        "202611", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00",
    ],
)  # fmt: skip
def test_what_is_no_instant_is_none(written: object) -> None:
    assert moment(written) is None


def test_seconds_that_no_date_can_say_are_the_last_instant_or_the_first() -> None:
    assert of_seconds(1793610000) == NINE
    assert of_seconds(10**15).year == of_seconds(10**30).year == 9999
    assert of_seconds(-(10**15)).year == 1970


def test_slacks_stamp_keeps_its_six_digits() -> None:
    assert of_slack("1793610000.000250") == NINE.replace(microsecond=250)


@pytest.mark.parametrize("stamp", [None, 1793610000.25, "1793610000", "1793610000.25", "x.000000"])
def test_what_is_no_stamp_is_none(stamp: object) -> None:
    assert of_slack(stamp) is None
