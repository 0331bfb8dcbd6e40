"""Every drift signal, one module each. A new signal is a new module here with a `SIGNAL`; nothing else names it.

Configuration (`effects`), sampling, judging and storing all go by `SIGNALS`.
"""

from importlib import import_module
from pkgutil import iter_modules

from streams.drift.signal import Signal


def _signals() -> tuple[Signal, ...]:
    signals: list[Signal] = [import_module(f"{__name__}.{module.name}").SIGNAL for module in iter_modules(__path__)]
    return tuple(sorted(signals, key=lambda signal: (signal.reading_order, signal.name)))


SIGNALS = _signals()
"""The signals in the order in which people read them."""
