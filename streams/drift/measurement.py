"""All signals of one window against its reference."""

from collections.abc import Sequence

from threadpoolctl import threadpool_limits

from streams.drift.config import DriftConfig
from streams.drift.sample import Sample, Stack, stack
from streams.drift.signal import Measured, Signal
from streams.drift.signals import SIGNALS
from streams.drift.statistics.permutation import relabellings


def measure(reference: Sequence[Sample], window: Sample, config: DriftConfig) -> dict[str, Measured]:
    """Return every signal of `window` against the reference windows, p values by permutation of person-windows."""
    # Two threads per product only fight with the other processes of a small machine: the matrices are small.
    with threadpool_limits(limits=1):
        return _measure(stack(reference, window), config, config.permutations)


def enough(signal: Signal, measured: Measured, config: DriftConfig) -> bool:
    """Tell whether both sides have the cases and the people that a verdict on this signal needs."""
    cases = config.min_queries if signal.counted == "query" else config.min_observations
    people = 0 if signal.counted == "document" else config.min_people
    return (
        min(measured.n_reference, measured.n_window) >= cases
        and min(measured.people_reference, measured.people_window) >= people
    )


def _measure(data: Stack, config: DriftConfig, count: int) -> dict[str, Measured]:
    of_people = relabellings(data.in_window, count, config.seed)
    of_documents = relabellings(data.document_in_window, count, config.seed)
    return {
        signal.name: signal.measure(data, of_documents if signal.counted == "document" else of_people, config.seed)
        for signal in SIGNALS
    }
