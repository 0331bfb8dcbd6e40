"""What a signal's effect looks like on a quiet tenant, learned from its quiet windows.

The spread of an effect has two parts: what chance does within a day (known for each window from relabelling its
people's days) and how days differ from each other. The latter is learned, drawn towards a prior while few windows are
known (Efron and Morris 1973). The mean is learned with it, so that an error of the reference is no evidence for ever
(Hawkins 1987, self-starting sums). Weekdays are compared with their like as far as such days are known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

_MEAN_PRIOR, _SPREAD_PRIOR, _WEEKDAY_PRIOR = 1.0, 4.0, 2.0
"""How many windows the prior is worth: of no effect, of the spread between days, of all weekdays being alike."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """The effect of a quiet window, less what chance alone makes of it on average; its variance by chance.

    `weekday` counts from Monday, 0; None for a window of more than a day.
    """

    effect: float
    variance: float
    weekday: int | None


@dataclass(frozen=True, slots=True)
class Expected:
    """The effect that a quiet window would have, and its standard deviation; `between` is the part of days."""

    mean: float
    spread: float
    between: float


def expect(quiet: Sequence[Quiet], variance: float, weekday: int | None, least: float) -> Expected:
    """Return what to expect of a window whose effect has this `variance` by chance.

    `least` is the smallest spread: what is smaller than a part of it is of no interest, however sure.
    """
    known = len(quiet)
    mean = sum(q.effect for q in quiet) / (known + _MEAN_PRIOR)
    excess = sum((q.effect - mean) ** 2 - q.variance for q in quiet)
    between = max(0.0, (_SPREAD_PRIOR * (least / 2) ** 2 + excess) / (_SPREAD_PRIOR + max(known - 1, 0)))
    alike = [q.effect - mean for q in quiet if weekday is not None and q.weekday == weekday]
    mean += sum(alike) / (len(alike) + _WEEKDAY_PRIOR)
    total = (variance + between) * (1 + 1 / (known + _MEAN_PRIOR))
    return Expected(mean, max(least, sqrt(total)), sqrt(between))
