"""Did the share of searches that satisfy change? From what each person did before and since. Pure.

A person's searches are no cases of their own, and most people are on both sides: what is summed up is what each person
adds to the difference. It may be looked at as often as one likes: the interval holds at all times together.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]
"""Of one kind, by person: shape (people,)."""

LEAST_PEOPLE = 30
"""People on each side below which nothing is said: what people do is too different."""

LEVEL = 0.05
"""How often the interval may miss the truth at any time of the watch."""

_TIGHTEST = 200
"""People since the change at which the interval is tightest for its level."""


class Person(NamedTuple):
    """One person's answered searches before and since, and how many of each satisfied."""

    answered_before: int
    satisfied_before: int
    answered_since: int
    satisfied_since: int


class Verdict(StrEnum):
    """What the comparison says."""

    TOO_FEW = "too few people"
    UNDECIDED = "no difference seen"
    GAIN = "gain"
    LOSS = "loss"


@dataclass(frozen=True, slots=True)
class Side:
    """The people of one side, their answered searches, and the share that satisfied; None without any."""

    people: int
    searches: int
    share: float | None


@dataclass(frozen=True, slots=True)
class Compared:
    """Both sides and what they say; `low` and `high` bound the difference of the shares, since less before."""

    before: Side
    since: Side
    verdict: Verdict
    difference: float | None = None
    low: float | None = None
    high: float | None = None


def compared(people: Sequence[Person]) -> Compared:
    """Return whether the share of satisfied searches changed.

    The difference of two ratios of sums, and its error by linearisation with people as the cases (Cochran, "Sampling
    Techniques", 1977, chapter 6).
    """
    counts = np.array(people, dtype=np.float64).reshape(-1, 4)
    before, since = (_side(counts[:, at], counts[:, at + 1]) for at in (0, 2))
    if min(before.people, since.people) < LEAST_PEOPLE or before.share is None or since.share is None:
        return Compared(before, since, Verdict.TOO_FEW)
    own = (counts[:, 3] - since.share * counts[:, 2]) / since.searches
    own -= (counts[:, 1] - before.share * counts[:, 0]) / before.searches
    error = math.sqrt(float((own**2).sum()) * len(own) / (len(own) - 1))
    difference, half = since.share - before.share, _at_all_times(since.people) * error
    low, high = difference - half, difference + half
    verdict = Verdict.LOSS if high < 0 else Verdict.GAIN if low > 0 else Verdict.UNDECIDED
    return Compared(before, since, verdict, difference, low, high)


def weekdays(begin: datetime, end: datetime) -> list[int]:
    """Return the days of the week from one instant to another, both included, Monday as 1."""
    days = min((end.date() - begin.date()).days, 6)
    return sorted((begin + timedelta(days=day)).isoweekday() for day in range(days + 1))


def in_words(found: Compared, since: str, before: str) -> str:
    """Return the difference as a sentence, in per cent and points; `since` and `before` name the sides."""
    if found.difference is None or found.low is None or found.high is None:
        return (
            f"{found.since.people:,} people searched {since}, {found.before.people:,} {before}; "
            f"with {LEAST_PEOPLE} on each side it is said whether they find less."
        )
    points = (f"{100 * value:+.1f}" for value in (found.difference, found.low, found.high))
    shares = f"{since[:1].upper()}{since[1:]} {_satisfied(found.since)}; {before} {_satisfied(found.before)}: "
    return shares + "{} points ({} to {}).".format(*points)


def _satisfied(side: Side) -> str:
    return f"{100 * (side.share or 0):.1f} % of {side.searches:,} searches of {side.people:,} people satisfied"


def _side(answered: Counts, satisfied: Counts) -> Side:
    searches = int(answered.sum())
    share = float(satisfied.sum()) / searches if searches else None
    return Side(int((answered > 0).sum()), searches, share)


def _at_all_times(people: int) -> float:
    """Return how many standard errors hold at all times together (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas,
    "Time-uniform central limit theory and asymptotic confidence sequences", 2024, theorem 2.2)."""
    level = -2 * math.log(LEVEL)
    scale = people * (level + math.log(level + 1)) / _TIGHTEST
    return math.sqrt(2 * (scale + 1) / scale * math.log(math.sqrt(scale + 1) / LEVEL))
