"""What a statistic says about one window, and the standardised effect sizes it is said in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import asin, sqrt


@dataclass(frozen=True, slots=True)
class Measured:
    """One signal of one window, beside its reference.

    `effect` is standardised: 0 = no change, positive = the harmful direction. `p` is one-sided (1 when not testable).
    `n_*` count the cases behind the two numbers, `people_*` the different people behind the cases.
    """

    signal: str
    value: float
    reference: float
    effect: float
    p: float
    n_reference: int
    n_window: int
    people_reference: int
    people_window: int
    detail: Mapping[str, object] = field(default_factory=dict)


def cohens_h(share: float, other: float) -> float:
    """Return Cohen's h = 2 asin sqrt(share) - 2 asin sqrt(other), in [-pi, pi] (Cohen 1988, chapter 6)."""
    return 2 * asin(sqrt(min(max(share, 0.0), 1.0))) - 2 * asin(sqrt(min(max(other, 0.0), 1.0)))


def cliffs_delta(concordance: float) -> float:
    """Return Cliff's delta, P(greater) - P(smaller), in [-1, 1], from P(greater) + P(equal) / 2 (Cliff 1993)."""
    return 2 * concordance - 1
