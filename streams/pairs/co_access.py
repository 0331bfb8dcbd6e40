"""co_access: documents that one person opened one soon after the other, within one session. Pure.

Only neighbours count: an access is compared with the `lookahead` that follow it, within `window_s`. The weight is 1 for
no distance in time and falls linearly to 0 at the window's end. A pair of documents counts once a session, by its
closest accesses, and a session gives at most `max_pairs`, the closest first: no single sitting drowns the others.
That a document goes together with everything (a hub) can only be seen in the whole population: snapshots discount it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from streams.sessions import Access


class CoAccessRules(BaseModel):
    """Which accesses of a session go together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    window_s: int = Field(default=600, ge=1, description="seconds between two accesses from which they are unrelated")
    lookahead: int = Field(default=5, ge=1, description="following accesses that one is compared with; bounds the work")
    max_pairs: int = Field(default=20, ge=1, description="pairs of one session")


class CoAccess(NamedTuple):
    """Two accesses of different documents, in order of time; `weight` in (0, 1]."""

    first: Access
    second: Access
    weight: float


def neighbours(session: Sequence[Access], rules: CoAccessRules) -> list[CoAccess]:
    """Return the pairs of one session, closest first; `session` is in order of (time, event id, document)."""
    window = rules.window_s * 1_000
    closest: dict[tuple[str, str], tuple[int, int, int]] = {}
    for i, (time, _, document) in enumerate(session):
        for j in range(i + 1, min(i + 1 + rules.lookahead, len(session))):
            other = session[j][2]
            distance = session[j][0] - time
            if distance >= window:
                break
            if other != document:
                key = (document, other) if document < other else (other, document)
                known = closest.get(key)
                if known is None or distance < known[0]:
                    closest[key] = (distance, i, j)
    found = sorted(closest.values())[: rules.max_pairs]
    return [CoAccess(session[i], session[j], (window - distance) / window) for distance, i, j in found]
