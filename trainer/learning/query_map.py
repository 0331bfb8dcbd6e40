"""A linear map of the query, learned on vectors that are there: no document is embedded for it. Pure.

The map is the identity and an addition. Of the contrastive loss, with all documents that may teach as negatives but
those that could be right for a lesson, each pass takes how every query should move, and adds to the map the ridge
regression of these moves on the queries. So where no lesson asked the map stays the identity, which plain descent on
its entries does not: that lost on subjects that nobody clicked (docs/RECIPE.md). How much of the addition is used is
chosen on validation queries, where nothing of it is a choice too.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from retrieval.query_side import mapped

Vectors = npt.NDArray[np.float32]
STRENGTHS = (0.25, 0.5, 1.0)
"""Shares of the addition that validation queries choose from, beside none; some dozen cannot tell finer ones apart."""

_AT_ONCE = 1_000
"""Examples whose scores are in memory at once."""


class MapRules(BaseModel):
    """How a map learns."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    passes: int = Field(default=10, ge=1, description="over the examples; more gain little and use more of the map")
    rate: float = Field(default=0.5, gt=0, le=1, description="share of the regression that a pass adds to the map")
    ridge: float = Field(
        default=10.0, gt=0, description="examples of an average weight that it takes to move a direction half the way"
    )
    scale: float = Field(
        default=20.0, gt=0, description="inverse temperature of the loss; with 10 subjects that nobody clicked lose"
    )
    max_examples: int = Field(
        default=5_000, ge=1, description="that learn, evenly out of all; more would only take longer"
    )


def learn(
    anchors: Vectors,
    documents: Vectors,
    own: Sequence[int],
    never: Sequence[Sequence[int]],
    weights: Sequence[float],
    rules: MapRules,
    on_step: Callable[[int, int], None] = lambda step, total: None,
) -> Vectors:
    """Return the addition to the identity, shape (d, d), by which `vectors @ (identity + addition)` are searched for.

    `anchors` (n, d) and `documents` (m, d) are unit rows. Of each example `own` is the number of its document, `never`
    the documents that are no negatives of it, `weights` what it counts. `on_step` hears of each step, and may raise.
    """
    width, used = anchors.shape[1], range(0, len(anchors), -(-len(anchors) // rules.max_examples) or 1)
    added, identity = np.zeros((width, width), dtype=np.float32), np.eye(width, dtype=np.float32)
    parts = [used[start : start + _AT_ONCE] for start in range(0, len(used), _AT_ONCE)]
    total = len(parts) * rules.passes
    relative = np.asarray(weights, dtype=np.float32) / np.float32(np.mean(weights) if len(used) else 1)
    seen = anchors[list(used)]
    known = seen.T @ (seen * relative[list(used), None]) + rules.ridge * identity
    for step in range(1, total + 1):
        part = list(parts[(step - 1) % len(parts)])
        on_step(step, total)
        if part[0] == 0:
            moves = np.zeros((width, width), dtype=np.float32)
        barred = [(row, n) for row, example in enumerate(part) for n in never[example] if n != own[example]]
        wanted = _wanted(
            mapped(anchors[part], identity + added), documents, [own[n] for n in part], barred, rules.scale
        )
        moves = moves + anchors[part].T @ (wanted * relative[part, None])
        if step % len(parts) == 0:
            added = added + rules.rate * np.linalg.solve(known, moves)
    return np.asarray(added, dtype=np.float32)


def _wanted(
    asked: Vectors, documents: Vectors, own: Sequence[int], barred: Sequence[tuple[int, int]], scale: float
) -> Vectors:
    """Return for each query, a unit row of `asked`, where the loss would have it move on the sphere."""
    scores = scale * asked @ documents.T
    if barred:
        scores[tuple(np.array(barred).T)] = -np.inf
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    moves = documents[list(own)] - (chances / chances.sum(axis=1, keepdims=True)) @ documents
    return np.asarray(moves - (moves * asked).sum(axis=1, keepdims=True) * asked, dtype=np.float32)
