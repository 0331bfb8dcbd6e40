"""All signals of one window against its reference, and how far the reference's own windows lie apart."""

from collections.abc import Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from streams.drift.config import DriftConfig
from streams.drift.sample import Sample, Stack, stack
from streams.drift.signal import Measured, Signal
from streams.drift.signals import SIGNALS
from streams.drift.statistics.permutation import relabellings

_ENOUGH_WINDOWS = 3
"""Reference windows below which their spread is not worth a standard deviation."""


def measure(reference: Sequence[Sample], window: Sample, config: DriftConfig) -> dict[str, Measured]:
    """Return every signal of `window` against the reference windows, p values by permutation of person-windows."""
    # Two threads per product only fight with the other processes of a small machine: the matrices are small.
    with threadpool_limits(limits=1):
        return _measure(stack(reference, window), config, config.permutations)


def thresholds(reference: Sequence[Sample], config: DriftConfig) -> dict[str, float]:
    """Return the effect that counts, by signal: the configured one, raised where the reference itself is restless.

    Each reference window is held against the others (so "no drift" by definition); the limit is the mean of those
    effects plus `calibration_sd` standard deviations, between the configured threshold and `calibration_cap` times it.
    """
    base = {signal.name: config.effects.of(signal.name) for signal in SIGNALS}
    if len(reference) < _ENOUGH_WINDOWS:
        return base
    internal: dict[str, list[float]] = {name: [] for name in base}
    with threadpool_limits(limits=1):
        for i, held_out in enumerate(reference):
            others = [*reference[:i], *reference[i + 1 :]]
            measured = _measure(stack(others, held_out), config, 0)
            for signal in SIGNALS:
                if enough(signal, measured[signal.name], config):
                    internal[signal.name].append(measured[signal.name].effect)
    return {name: _raised(base[name], effects, config) for name, effects in internal.items()}


def enough(signal: Signal, measured: Measured, config: DriftConfig) -> bool:
    """Tell whether both sides have the cases and the people that a verdict on this signal needs."""
    cases = config.min_queries if signal.counted == "query" else config.min_observations
    people = 0 if signal.counted == "document" else config.min_people
    return (
        min(measured.n_reference, measured.n_window) >= cases
        and min(measured.people_reference, measured.people_window) >= people
    )


def _raised(base: float, effects: Sequence[float], config: DriftConfig) -> float:
    if len(effects) < _ENOUGH_WINDOWS:
        return base
    limit = float(np.mean(effects) + config.calibration_sd * np.std(effects, ddof=1))
    return min(max(base, limit), base * config.calibration_cap)


def _measure(data: Stack, config: DriftConfig, count: int) -> dict[str, Measured]:
    of_people = relabellings(data.in_window, count, config.seed)
    of_documents = relabellings(data.document_in_window, count, config.seed)
    return {
        signal.name: signal.measure(data, of_documents if signal.counted == "document" else of_people, config.seed)
        for signal in SIGNALS
    }
