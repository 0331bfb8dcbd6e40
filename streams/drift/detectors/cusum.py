"""The cumulative sum of scores: small changes that last count as much as large ones (Page 1954).

Scores are standardised: 0 on average and 1 in spread on a quiet tenant. Each window adds what its score exceeds an
allowance by; what falls short of it is taken off, never below 0. The limit follows from how long a quiet tenant should
take, on average, to reach it.
"""

from math import exp

from scipy.optimize import brentq

_OVERSHOOT = 1.166
"""Siegmund 1985: the discrete sum behaves like a continuous one whose limit is further by this (twice 0.583)."""


def limit(run_length: float, allowance: float) -> float:
    """Return the limit that a quiet sum takes `run_length` windows on average to reach.

    Siegmund's approximation for normal scores, (exp(2kb) - 2kb - 1) / (2 k^2) with b = limit + 1.166, solved for the
    limit; 0 when even that is slower.
    """

    def excess(value: float) -> float:
        bound = 2 * allowance * (value + _OVERSHOOT)
        return (exp(bound) - bound - 1) / (2 * allowance**2) - run_length

    return float(brentq(excess, 0.0, 100.0)) if excess(0.0) < 0 else 0.0


def advance(evidence: float, score: float, allowance: float, most: float, ceiling: float) -> float:
    """Return the evidence after one more window: at least 0, at most `ceiling`; the window adds at most `most`.

    `most` below the limit keeps one odd day from asking; the ceiling lets evidence fade once a change is over.
    """
    return min(ceiling, max(0.0, evidence + min(score - allowance, most)))
