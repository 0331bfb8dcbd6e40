"""negative_reaction: noes among yeses and noes."""

from streams.drift.signals.negative_reaction import SIGNAL
from tests.streams.drift.searching import asked, tallied


def test_what_means_neither_yes_nor_no_is_not_counted() -> None:
    answer = asked("vpn", assistant=True, reactions=(":thumbsdown:", "+1", "eyes"))
    assert tallied(SIGNAL, answer, asked("wifi", assistant=True)) == (1, 2)
