"""What a tenant's own reference says about quiet windows: each of its windows against the others."""

from collections.abc import Sequence

from streams.drift.config import DriftConfig
from streams.drift.detectors.baseline import Quiet
from streams.drift.judgement import Span, Watch, quiet_of
from streams.drift.measurement import enough, measure
from streams.drift.sample import Sample
from streams.drift.signals import SIGNALS

_ENOUGH_WINDOWS = 3
"""Reference windows below which one of them against the others says nothing."""


def calibrated(reference: Sequence[Sample], config: DriftConfig) -> Watch:
    """Return the watch with which judging begins: no evidence, and by signal what the reference's windows teach.

    Nothing drifted within the reference by definition. A window with too few cases teaches nothing.
    """
    quiet: dict[str, list[Quiet]] = {signal.name: [] for signal in SIGNALS}
    if len(reference) >= _ENOUGH_WINDOWS:
        fewer = config.model_copy(update={"permutations": config.calibration_permutations})
        for i, held_out in enumerate(reference):
            measured = measure([*reference[:i], *reference[i + 1 :]], held_out, fewer)
            for signal in SIGNALS:
                if enough(signal, measured[signal.name], config):
                    span = Span.of(held_out.start, 1)
                    quiet[signal.name].append(quiet_of(measured[signal.name], span))
    return Watch({name: tuple(found) for name, found in quiet.items()})
