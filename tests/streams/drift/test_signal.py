"""What a signal states of itself: how large an effect counts, in which unit, and what it counts of a search."""

import pytest

from streams.drift.config import DriftConfig
from streams.drift.signal import Signal, Threshold
from streams.drift.signals import SIGNALS


def test_a_threshold_reads_as_its_unit_and_why_it_is_that_much() -> None:
    assert str(Threshold(0.2, "Cohen's h", "a small effect")) == "Cohen's h; a small effect"


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_a_signal_is_a_share_or_a_number_of_single_searches_and_never_both(signal: Signal) -> None:
    assert signal.tally is None or signal.value is None
    if signal.counted == "document":
        assert (signal.tally, signal.value) == (None, None), "documents are counted, whoever opened them"


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_the_effect_that_counts_is_the_signal_s_own_until_it_is_configured(signal: Signal) -> None:
    assert DriftConfig().effects.of(signal.name) == signal.threshold.value
    changed = DriftConfig.model_validate({"effects": {signal.name: 0.77}})
    assert changed.effects.of(signal.name) == 0.77
