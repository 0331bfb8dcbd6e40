"""co_access: documents that one person opened one soon after the other, within one session. Pure.

Only neighbours count: an access is compared with the `lookahead` that follow it, within `window_s`. The weight is 1 for
no distance in time and falls linearly to 0 at the window's end. A pair of documents counts once a session, by its
closest accesses, and a session gives at most `max_pairs`, the closest first: no single sitting drowns the others.
That a document goes together with everything (a hub) can only be seen in the whole population: snapshots discount it.
"""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from streams.sessions.rules import Access


class CoAccessRules(BaseModel):
    """Which accesses of a session go together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    window_s: int = Field(default=600, ge=1, description="seconds between two accesses from which they are unrelated")
    lookahead: int = Field(default=5, ge=1, description="following accesses that one is compared with; bounds the work")
    max_pairs: int = Field(default=20, ge=1, description="pairs of one session")


def neighbours(session: Sequence[Access], rules: CoAccessRules) -> list[tuple[int, int, float]]:
    """Return the pairs of one session, closest first, as (position, later position, weight in (0, 1]).

    `session` is in order of (time, event id, document).
    """
    window, lookahead, length = rules.window_s * 1_000, rules.lookahead, len(session)
    closest: dict[tuple[str, str], tuple[int, int, int]] = {}
    for i in range(length - 1):
        time, _, document = session[i]
        for j in range(i + 1, min(i + 1 + lookahead, length)):
            later, _, other = session[j]
            distance = later - time
            if distance >= window:
                break
            if other != document:
                key = (document, other) if document < other else (other, document)
                known = closest.get(key)
                if known is None or distance < known[0]:
                    closest[key] = (distance, i, j)
    found = sorted(closest.values())[: rules.max_pairs]
    return [(i, j, (window - distance) / window) for distance, i, j in found]
