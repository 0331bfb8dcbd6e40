"""The click model: what somebody opens of what they were shown, and what they make of it.

The position-based model (Richardson et al. 2007; Chuklin et al., "Click Models for Web Search", 2015, section 3.2): a
result at rank r is looked at with probability (1 / r) ** eta, whatever stands there; a result that was looked at is
opened with a probability that depends on whether it meets the need alone. So the click rate at a rank is the product
of the two, clicks on other documents are the noise, and 1 / examination is the right correction of the position bias.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import log
from random import Random
from typing import Literal

Vote = Literal["upvote", "downvote"]


@dataclass(frozen=True, slots=True)
class ClickModel:
    """The parameters; probabilities unless a unit is said.

    `eta`: strength of the position bias (0 = none). `relevant`, `other`: opening a result that was looked at, when it
    meets the need and when not. `cited_relevant`, `cited_other`: the same for the citations of an assistant's answer.
    `dwell_relevant`, `dwell_other`: median seconds a document stays open; `dwell_spread`: standard deviation of the
    logarithm. `vote`: an answer is voted on; `vote_noise`: the vote says the opposite of what was found.
    """

    eta: float = 1.0
    relevant: float = 0.85
    other: float = 0.05
    cited_relevant: float = 0.55
    cited_other: float = 0.06
    dwell_relevant: float = 90.0
    dwell_other: float = 12.0
    dwell_spread: float = 0.8
    vote: float = 0.35
    vote_noise: float = 0.1


_LONGEST_DWELL = 1_800.0


def examination(rank: int, model: ClickModel) -> float:
    """Return the probability that the result at `rank` (from 1) is looked at."""
    return float((1.0 / rank) ** model.eta)


def opened(shown: Sequence[str], relevant: Collection[str], rng: Random, model: ClickModel) -> list[int]:
    """Return the ranks (from 1, ascending) of the results that are opened; `shown` is in the order of ranks."""
    return _clicked(shown, relevant, rng, model, (model.relevant, model.other))


def citations_opened(cited: Sequence[str], relevant: Collection[str], rng: Random, model: ClickModel) -> list[int]:
    """Return the places (from 1, ascending) of the citations that are opened."""
    return _clicked(cited, relevant, rng, model, (model.cited_relevant, model.cited_other))


def dwell_seconds(relevant: bool, rng: Random, model: ClickModel) -> float:
    """Return how long a document stays open: log-normal about its median, at most half an hour, to the tenth."""
    median = model.dwell_relevant if relevant else model.dwell_other
    return round(min(_LONGEST_DWELL, rng.lognormvariate(log(median), model.dwell_spread)), 1)


def vote_on(cited: Sequence[str], relevant: Collection[str], rng: Random, model: ClickModel) -> Vote | None:
    """Return the vote on an answer, or None: up when a citation meets the need, and sometimes the other way round."""
    if rng.random() >= model.vote:
        return None
    met = any(document in relevant for document in cited)
    return "upvote" if met != (rng.random() < model.vote_noise) else "downvote"


def _clicked(
    shown: Sequence[str], relevant: Collection[str], rng: Random, model: ClickModel, attraction: tuple[float, float]
) -> list[int]:
    meets, other = attraction
    ranks = []
    for rank, document in enumerate(shown, start=1):
        looked_at = rng.random() < examination(rank, model)
        if rng.random() < (meets if document in relevant else other) and looked_at:
            ranks.append(rank)
    return ranks
