"""search_click: a query and the document that was opened from its results. Pure.

People open what stands high because it stands high. If the chance that rank r is looked at is p(r) = r^-eta (the
position-based model's power law: Joachims, Swaminathan, Schnabel, "Unbiased Learning-to-Rank with Biased Feedback",
2017), then an opening counts 1 / p(r), which makes the sum over openings an unbiased estimate of relevance. Rare deep
openings would then dominate by variance, so the weight is clipped (Strehl et al., "Learning from Logged Implicit
Exploration Data", 2010).

A visit that ended at once was a disappointment: below `satisfied_s` of dwell (30 s: Fox et al., "Evaluating implicit
measures to improve web search", 2005) the weight falls linearly to `bounced`. Unknown dwell counts `unknown_dwell`.
"""

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field


class SearchClickRules(BaseModel):
    """Weights of openings from a search."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    eta: float = Field(
        default=1.0, ge=0, description="exponent of the chance to look at a rank; 1 fits web search logs"
    )
    clip: float = Field(
        default=5.0, ge=1, description="most that one opening counts; bounds the variance of deep ranks"
    )
    satisfied_s: float = Field(default=30.0, gt=0, description="seconds of dwell from which a visit counts in full")
    bounced: float = Field(default=0.1, ge=0, le=1, description="factor of a visit of 0 seconds")
    unknown_dwell: float = Field(default=0.7, ge=0, le=1, description="factor when the dwell is not known")


def rank_weights(rules: SearchClickRules) -> NDArray[np.float64]:
    """Return the weight of rank 1, 2, ... up to where the clip holds for all that follow."""
    weights = []
    for rank in range(1, 10_001):
        weights.append(min(float(rank) ** rules.eta, rules.clip))
        if weights[-1] >= rules.clip or rules.eta == 0:
            break
    return np.array(weights)


def weights(
    ranks: NDArray[np.int64], dwell_s: NDArray[np.float64], table: NDArray[np.float64], rules: SearchClickRules
) -> NDArray[np.float64]:
    """Return the weight of each opening; ranks count from 1, a negative dwell is an unknown one.

    `table` is `rank_weights(rules)`, made once.
    """
    by_rank = table[np.minimum(ranks, len(table)) - 1]
    stayed = rules.bounced + (1 - rules.bounced) * np.minimum(dwell_s, rules.satisfied_s) / rules.satisfied_s
    factor: NDArray[np.float64] = by_rank * np.where(dwell_s < 0, rules.unknown_dwell, stayed)
    return factor
