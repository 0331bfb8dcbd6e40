"""Waiting: it doubles up to a bound, differs from sender to sender, and is never shorter than what is asked for."""

from datetime import UTC, datetime

import pytest

from tidewheel_sdk.backoff import MAX_RETRY_AFTER_S, retry_after, wait_s

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_it_doubles_up_to_the_bound() -> None:
    longest = [wait_s(failures, None, 0.2, 1.0, lambda: 1.0) for failures in range(1, 6)]
    assert longest == [0.2, 0.4, 0.8, 1.0, 1.0]
    assert wait_s(10_000, None, 0.2, 30.0, lambda: 1.0) == 30.0


def test_senders_do_not_come_back_at_once() -> None:
    assert wait_s(3, None, 0.2, 30.0, lambda: 0.0) == pytest.approx(0.4)
    assert wait_s(3, None, 0.2, 30.0, lambda: 0.5) == pytest.approx(0.6)


def test_what_the_server_asks_for_is_waited_at_least_and_not_for_ever() -> None:
    assert wait_s(1, 7.0, 0.2, 1.0, lambda: 0.0) == 7.0
    assert 7.0 < wait_s(1, 7.0, 0.2, 1.0, lambda: 1.0) <= 7.71
    assert wait_s(9, 0.0, 0.2, 30.0, lambda: 1.0) == 30.0
    assert wait_s(1, 1e9, 0.2, 1.0, lambda: 0.0) == MAX_RETRY_AFTER_S


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("3", 3.0),
        ("Sun, 01 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-1", None),
        ("", None),
    ],
)
def test_the_header_is_a_number_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds
