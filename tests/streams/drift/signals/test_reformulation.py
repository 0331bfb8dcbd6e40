"""reformulation: searches that were put again."""

from streams.drift.signals.reformulation import SIGNAL
from tests.streams.drift.searching import asked, tallied


def test_each_search_is_a_case_and_only_the_next_one_can_put_it_again() -> None:
    again = (asked("reset password"), asked("reset my password", 60), asked("travel", 90))
    assert tallied(SIGNAL, *again) == (1, 3)
    apart = (asked("reset password"), asked("travel", 30), asked("reset my password", 60))
    assert tallied(SIGNAL, *apart) == (0, 3)
