"""What callers handle: errors say what was asked of them, and belong to one tree."""

from tidewheel_sdk.errors import Away, Closed, Full, Invalid, SdkError, Undelivered


def test_all_errors_are_of_one_tree_and_a_wrong_event_is_a_wrong_value() -> None:
    assert all(issubclass(kind, SdkError) for kind in (Away, Closed, Full, Invalid, Undelivered))
    assert issubclass(Invalid, ValueError)


def test_what_is_away_says_how_long_it_asks_to_wait() -> None:
    assert (str(Away("busy", 3.0)), Away("busy", 3.0).retry_after_s, Away("gone").retry_after_s) == ("busy", 3.0, None)
