"""Since the last cutover: do people find what they look for as they did before? A loss asks for the way back.

Compared are the shares of answered searches that satisfied (`operations.quality` says what does) since the cutover and
in the four weeks before it, as far as the model before was live in them, on the same days of the week. A person's
searches are no cases of their own, and most people are on both sides: what is summed up is what each person adds to the
difference. It may be looked at every day: the interval holds at all times together.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from operations import drift_history
from operations.periods import Period
from operations.quality import Rules
from stores.serving import ServingRecord
from stores.warehouse import Warehouse

Counts = NDArray[np.float64]
"""Of one kind, by person: shape (people,)."""

WATCHED = timedelta(days=28)
"""How long a model is watched, and how much of the time before it is compared with."""

LEAST_PEOPLE = 30
"""People on each side below which nothing is said: what people do is too different."""

LEVEL = 0.05
"""How often the interval may miss the truth at any time of the watch."""

_TIGHTEST = 200
"""People since the cutover at which the interval is tightest for its level."""


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
class SinceCutover:
    """What people got before and since a cutover; `low` and `high` bound the difference of the shares."""

    model: str
    moved_at: datetime
    before: Side
    since: Side
    verdict: Verdict
    difference: float | None = None
    low: float | None = None
    high: float | None = None


def read(
    warehouse: Warehouse, tenant: str, record: ServingRecord | None, now: datetime, rules: Rules
) -> SinceCutover | None:
    """Return how what is live has done since its cutover; None where no operator cut over to it, or long ago."""
    if record is None or record.packet is None or not timedelta(0) <= now - record.moved_at <= WATCHED:
        return None
    earlier = Period(record.moved_at - WATCHED, record.moved_at - timedelta(seconds=1))
    moves = [each.at for each in drift_history.happenings(warehouse, tenant, earlier) if each.kind != "retrain"]
    period = Period(max(moves, default=earlier.since), now)
    rows = warehouse.query(
        "satisfaction_by_person", tenant=tenant, moved=Period(record.moved_at, now).parameters()["since"],
        weekdays=weekdays(record.moved_at, now), satisfied_s=float(rules.satisfied_s), **period.parameters(),
    )  # fmt: skip
    return judged(record.model, record.moved_at, [Person(*(row[name] for name in Person._fields)) for row in rows])


def weekdays(begin: datetime, end: datetime) -> list[int]:
    """Return the days of the week from one instant to another, both included, Monday as 1. A pure rule."""
    days = min((end.date() - begin.date()).days, 6)
    return sorted((begin + timedelta(days=day)).isoweekday() for day in range(days + 1))


def judged(model: str, moved_at: datetime, people: Sequence[Person]) -> SinceCutover:
    """Return the verdict on what people got before and since a cutover. A pure rule.

    The difference of two ratios of sums, and its error by linearisation with people as the cases (Cochran, "Sampling
    Techniques", 1977, chapter 6).
    """
    counts = np.array(people, dtype=np.float64).reshape(-1, 4)
    before, since = (_side(counts[:, at], counts[:, at + 1]) for at in (0, 2))
    if min(before.people, since.people) < LEAST_PEOPLE or before.share is None or since.share is None:
        return SinceCutover(model, moved_at, before, since, Verdict.TOO_FEW)
    own = (counts[:, 3] - since.share * counts[:, 2]) / since.searches
    own -= (counts[:, 1] - before.share * counts[:, 0]) / before.searches
    error = math.sqrt(float((own**2).sum()) * len(own) / (len(own) - 1))
    difference, half = since.share - before.share, _at_all_times(since.people) * error
    low, high = difference - half, difference + half
    verdict = Verdict.LOSS if high < 0 else Verdict.GAIN if low > 0 else Verdict.UNDECIDED
    return SinceCutover(model, moved_at, before, since, verdict, difference, low, high)


def in_words(found: SinceCutover | None) -> str:
    """Return what was found as a sentence, empty for None; shares in per cent, differences in points. A pure rule."""
    if found is None:
        return ""
    if found.difference is None or found.low is None or found.high is None:
        return (
            f"{found.since.people:,} people searched since the cutover to {found.model}, "
            f"{found.before.people:,} before; with {LEAST_PEOPLE} on each side it is said whether they find less."
        )
    since, before = (_satisfied(side) for side in (found.since, found.before))
    points = (f"{100 * value:+.1f}" for value in (found.difference, found.low, found.high))
    return f"Since the cutover to {found.model} {since}; before {before}: " + "{} points ({} to {}).".format(*points)


def _satisfied(side: Side) -> str:
    return f"{100 * (side.share or 0):.1f} % of {side.searches:,} searches of {side.people:,} people satisfied"


def advice(found: SinceCutover | None, record: ServingRecord | None, now: datetime) -> str:
    """Return what to do about a loss; empty where there is none. A pure rule."""
    if found is None or record is None or found.verdict is not Verdict.LOSS:
        return ""
    if record.standby is None or record.standby.until <= now:
        return "nothing is kept to roll back to any more: train again"
    return f"roll back to {record.standby.model}, which is kept fresh until {record.standby.until:%Y-%m-%d %H:%M} UTC"


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
