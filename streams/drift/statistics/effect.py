"""Standardised effect sizes: how large a change is, whatever the number of cases.

Shares are compared by Cohen's h (0.2 = "small", Cohen 1988: 30 % against 40 %), ranks and classifier scores by Cliff's
delta = 2 AUC - 1 (0.147 = "small", 0.33 = "medium", Romano et al. 2006).
"""

from math import asin, sqrt

import numpy as np

from streams.drift.statistics.permutation import Numbers


def cohens_h(share: float, other: float) -> float:
    """Return Cohen's h = 2 asin sqrt(share) - 2 asin sqrt(other), in [-pi, pi] (Cohen 1988, chapter 6)."""
    return 2 * asin(sqrt(min(max(share, 0.0), 1.0))) - 2 * asin(sqrt(min(max(other, 0.0), 1.0)))


def cohens_hs(shares: Numbers, others: Numbers) -> Numbers:
    """Return Cohen's h of each pair of shares."""
    first, second = (2 * np.arcsin(np.sqrt(np.clip(side, 0.0, 1.0))) for side in (shares, others))
    found: Numbers = first - second
    return found


def cliffs_delta(concordance: float) -> float:
    """Return Cliff's delta, P(greater) - P(smaller), in [-1, 1], from P(greater) + P(equal) / 2 (Cliff 1993)."""
    return 2 * concordance - 1
