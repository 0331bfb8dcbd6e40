"""citation_click: a question and the documents that its answer cited, when somebody opened one of them. Pure.

One opening is worth 1 in all. The opened document gets `opened_share`; the rest is shared evenly by the other cited
ones, because the assistant chose them for this question and the reader found the answer worth a second look.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field


class CitationClickRules(BaseModel):
    """Shares of an opening's credit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    opened_share: float = Field(
        default=0.7, gt=0.5, le=1, description="share of the opened document, if others are cited"
    )
    max_others: int = Field(default=4, ge=0, description="other cited documents, in the answer's order, that share")


def credit(opened: str, cited: Sequence[str], rules: CitationClickRules) -> list[tuple[str, float]]:
    """Return (document, weight), the opened one first; the weights sum to 1 and repeats in `cited` count once."""
    others = [document for document in dict.fromkeys(cited) if document != opened][: rules.max_others]
    if not others or rules.opened_share == 1:
        return [(opened, 1.0)]
    share = (1 - rules.opened_share) / len(others)
    return [(opened, rules.opened_share), *((document, share) for document in others)]


def credits(
    opened: NDArray[np.int64], cited: NDArray[np.int64], owners: NDArray[np.int64], rules: CitationClickRules
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return (event, document, weight) of every share, for many events at once: `credit` of each of them.

    Documents are numbers here. `opened` holds one an event; `cited` holds all events' citations, one after the other,
    and `owners` the event (its position in `opened`) that each citation belongs to, not falling.
    """
    events = np.arange(len(opened))
    span = int(max(cited.max(initial=0), opened.max(initial=0))) + 1
    _, first = np.unique(owners * span + cited, return_index=True)
    first.sort()
    others = first[cited[first] != opened[owners[first]]]
    begins = np.searchsorted(owners[others], events)
    others = others[np.arange(len(others)) - begins[owners[others]] < rules.max_others]
    if rules.opened_share == 1:
        others = others[:0]
    count = np.bincount(owners[others], minlength=len(opened))
    own = np.where(count > 0, rules.opened_share, 1.0)
    shared = (1 - rules.opened_share) / np.maximum(count, 1)
    return (
        np.concatenate([events, owners[others]]),
        np.concatenate([opened, cited[others]]),
        np.concatenate([own, shared[owners[others]]]),
    )
