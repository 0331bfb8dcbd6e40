"""How often the watch after a cutover asks for a rollback without cause, and which losses it finds: simulated people.

Everybody finds what they look for with a probability of their own, the same before and since but for `change`; some are
busy and most are not; weekends are quieter; a fifth of the people have left and as many have come. The product's rule
looks at the end of each of 28 days. That is what its interval has to hold against: many looks, and people who differ.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from operations.since_cutover import WATCHED
from retrieval.satisfied_shares import Person, Verdict, compared, weekdays

PEOPLE = (100, 400, 2_000)
"""Who search at all; a tenant's size."""

LOSSES = (-0.05, -0.10)
"""Of the share of satisfied searches, in points of one."""

_DAYS = WATCHED.days
_BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
_BUSY = 0.3
"""Answered searches of a person on a working day, on the average."""

Counts = NDArray[np.int64]
"""Shape (days, people)."""


def measured(watches: int, seed: int) -> dict[str, Any]:
    """Return the figures of so many watches of each kind."""
    quiet = {people: [_first(people, 0.0, seed + n) for n in range(watches)] for people in PEOPLE}
    lost = {
        f"{people} people, {100 * change:+.0f} points": [_first(people, change, seed + n) for n in range(watches)]
        for people in PEOPLE
        for change in LOSSES
    }
    return {
        "after_cutover_false_rollbacks": {f"{people} people": _share(found) for people, found in quiet.items()},
        "after_cutover_missed_losses": {name: round(1 - _share(found), 3) for name, found in lost.items()},
        "after_cutover_median_days": {name: _median(found) for name, found in lost.items()},
        "after_cutover_watches": watches,
    }


def _first(people: int, change: float, seed: int) -> int | None:
    """Return the day, from 1, at whose end the watch first says that there is a loss; None if it never does."""
    for day, found in enumerate(_looks(people, change, seed), start=1):
        if compared(found).verdict is Verdict.LOSS:
            return day
    return None


def _looks(people: int, change: float, seed: int) -> Iterator[Sequence[Person]]:
    """Yield what is known of each person at the end of each day."""
    draw, turned = np.random.default_rng(seed), people // 5
    share, busy = draw.beta(2.2, 1.8, people + turned), draw.gamma(0.7, _BUSY / 0.7, people + turned)
    before, good_before = _days(draw, np.where(np.arange(people + turned) < people, busy, 0.0), share)
    since, good_since = _days(draw, np.where(np.arange(people + turned) >= turned, busy, 0.0), share + change)
    for day in range(1, _DAYS + 1):
        same = np.isin(np.arange(_DAYS) % 7 + 1, weekdays(_BEGIN, _BEGIN + timedelta(days=day - 1)))
        columns = (before[same], good_before[same], since[:day], good_since[:day])
        rows = np.stack([column.sum(axis=0) for column in columns], axis=1)
        yield [Person(*row) for row in rows.tolist()]


def _days(draw: np.random.Generator, busy: NDArray[np.float64], share: NDArray[np.float64]) -> tuple[Counts, Counts]:
    rhythm = np.where(np.arange(_DAYS) % 7 < 5, 1.0, 0.3)
    answered = draw.poisson(rhythm[:, None] * busy[None, :])
    return answered, draw.binomial(answered, np.broadcast_to(np.clip(share, 0.0, 1.0), answered.shape))


def _share(found: Sequence[int | None]) -> float:
    return round(sum(day is not None for day in found) / len(found), 3)


def _median(found: Sequence[int | None]) -> float | None:
    days = [day for day in found if day is not None]
    return median(days) if days else None
