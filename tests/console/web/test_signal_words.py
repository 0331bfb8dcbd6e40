"""Every drift signal has words for people."""

from console.web.signal_words import VERDICTS, words
from streams.drift.signals import SIGNALS


def test_every_signal_is_described() -> None:
    fallback = words("nothing_of_this_name")
    assert fallback.title == "Nothing of this name"
    assert not [signal.name for signal in SIGNALS if words(signal.name).value == fallback.value]


def test_every_verdict_is_described() -> None:
    assert set(VERDICTS) == {"steady", "suspect", "tripped", "too_few", "silent"}
