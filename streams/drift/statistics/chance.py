"""What chance alone makes of an effect: its mean and variance over relabellings of people's days."""

from dataclasses import dataclass

from streams.drift.statistics.permutation import Numbers


@dataclass(frozen=True, slots=True)
class Chance:
    """Mean and variance of a signal's effect when nothing changed; 0 and 0 when nothing was relabelled."""

    mean: float = 0.0
    variance: float = 0.0


def chance(effects: Numbers) -> Chance:
    """Return mean and variance of the relabelled effects; `effects[0]` is the observed one and is left out."""
    relabelled = effects[1:]
    return Chance(float(relabelled.mean()), float(relabelled.var(ddof=1))) if len(relabelled) > 1 else Chance()
