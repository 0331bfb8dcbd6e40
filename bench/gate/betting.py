"""The alternative to a schedule of levels: betting on each group's difference, which may be looked at at any time.

The wealth of somebody who bets that the candidate is better, a part of it on every group, is an e-value: it exceeds
1 / a with a chance of at most a when there is no gain, whenever one looks (Waudby-Smith and Ramdas, "Estimating means
of bounded random variables by betting", 2024; here with a fixed mixture of stakes).
"""

import numpy as np

from trainer.judging.gate import Scores

_STAKES = np.array([0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9])
"""Of the wealth, on each group; the mean over them is a bet, too."""


def wealth(scores: Scores) -> float:
    """Return the wealth after all groups; a group counts by the mean of its differences, which is kind to the bet."""
    _, member = np.unique(np.asarray(scores.groups), return_inverse=True)
    sums = np.bincount(member, weights=scores.candidate - scores.live)
    means = sums / np.bincount(member)
    return float(np.exp(np.log1p(np.outer(_STAKES, means)).sum(axis=1)).mean())
