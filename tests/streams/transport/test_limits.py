"""Limits that contradict each other are refused; the defaults do not."""

import pytest

from streams.transport import Limits

SHORT = {"revoke_wait_s": 10.0, "rebalance_timeout_s": 60.0, "stop_wait_s": 8.0, "stop_within_s": 20.0}


@pytest.mark.parametrize(
    ("wrong", "result"),
    [
        ({"revoke_wait_s": 60.0}, "revoke_wait_s must be below rebalance_timeout_s"),
        ({"rebalance_timeout_s": 9.0}, "revoke_wait_s must be below rebalance_timeout_s"),
        ({"stop_wait_s": 20.0}, "stop_wait_s must be below stop_within_s"),
        ({"stop_within_s": 7.0}, "stop_wait_s must be below stop_within_s"),
    ],
)
def test_a_wait_that_outlasts_what_covers_it_is_refused(wrong: dict[str, float], result: str) -> None:
    with pytest.raises(ValueError, match=result):
        Limits(**{**SHORT, **wrong})  # type: ignore[arg-type]  # seconds, all of them


def test_a_wait_just_below_what_covers_it_is_taken() -> None:
    limits = Limits(revoke_wait_s=59.9, rebalance_timeout_s=60.0, stop_wait_s=19.9, stop_within_s=20.0)
    assert (limits.revoke_wait_s, limits.stop_wait_s) == (59.9, 19.9)


def test_the_defaults_leave_room_for_an_honest_wait() -> None:
    limits = Limits()
    assert limits.stall_after_s > limits.rebalance_timeout_s > limits.revoke_wait_s
    assert limits.batch_bytes < limits.in_flight_bytes
