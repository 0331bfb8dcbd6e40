"""How much of the permitted error a look at the hold-out may spend. Pure.

A tenant's hold-out is looked at again and again, each time for another candidate. The level of a look is the chance
that it calls a candidate without gain a gain; the levels of any twelve looks that follow one another add up to at most
`false_win`, however the looks depend on one another (Bonferroni), so that is the chance of any false WIN among them.

The first look spends what a single look would (`confidence`): it costs nothing that there may be more. The others share
the rest evenly. A look that found a gain hands its level on to the next one, because what was right was not spent
(the fallback procedure: Wiens, "A fixed sequence Bonferroni procedure", 2003; Tian and Ramdas, "Online control of the
familywise error rate", 2021), up to the level of a first look. So runs that win go on at nearly full power, and runs
that do not pay: after a look without a gain about 1.75 times as many queries show the same gain as surely.

New queries buy no level back: twelve looks at twelve fresh samples err as often as twelve at one. They narrow the
interval. Betting on the queries one by one (e-values: Grünwald, de Heide and Koolen, "Safe testing", 2024; Waudby-Smith
and Ramdas, "Estimating means of bounded random variables by betting", 2024) would allow looks at any time and was
measured (`python -m bench gate`): of gains of 0.05 with 300 queries a bet sees 57 %, a first look 97 %, a later one
88 %; and looks here are few and counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.learning import ModelRefused, ModelTrained


class LookRules(BaseModel):
    """How often the gate may be wrong. Levels are one-sided."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    confidence: float = Field(
        default=0.95, gt=0, lt=1, description="two-sided level of the interval of a first look, which must exclude 0"
    )
    false_win: float = Field(
        default=0.05, gt=0, lt=1, description="chance of any false WIN in as many looks as `looks`; as of one old look"
    )
    looks: int = Field(default=12, ge=2, description="looks that share it: a run a month for a year")

    @model_validator(mode="after")
    def _leaves_some(self) -> "LookRules":
        if (1 - self.confidence) / 2 >= self.false_win:
            raise ValueError("confidence: a first look would spend all of false_win; take a higher confidence")
        return self

    @property
    def first(self) -> float:
        """Return the level of a first look."""
        return (1 - self.confidence) / 2

    def base(self, number: int) -> float:
        """Return the level that a look has of its own; the first is number 1."""
        return self.first if number == 1 else (self.false_win - self.first) / self.looks


@dataclass(frozen=True, slots=True)
class Look:
    """One look: its number and level; what the twelve looks that end with it spend together; the next one's level.

    A look that found a gain spent nothing. `next_level` is what the next look has unless this one finds a gain.
    """

    number: int
    level: float
    spent: float
    next_level: float

    def shown(self) -> dict[str, Any]:
        """Return what a comparison tells of it."""
        return {"look": self.number, "level": self.level, "spent": self.spent}


@dataclass(frozen=True, slots=True)
class Taken:
    """A look that was taken: when, at what level, and whether it found a gain."""

    at: datetime
    level: float
    found_gain: bool


def taken(ends: Iterable[ModelTrained | ModelRefused], unended: Iterable[datetime], rules: LookRules) -> list[Taken]:
    """Return the looks of a tenant, oldest first.

    `ends` are signed ends of runs; those that compared are looks. `unended` is when runs of which no end is known began
    to learn: they may have looked, so each counts as a look that found nothing.
    """
    compared = [(end.occurred_at, end.comparison) for end in ends if end.comparison is not None]
    looks = [Taken(at, one.level or rules.first, one.low > 0) for at, one in compared]
    return sorted([*looks, *(Taken(at, 0.0, False) for at in unended)], key=lambda look: look.at)


def next_look(before: Sequence[Taken], rules: LookRules) -> Look:
    """Return the look that comes after these."""
    number = len(before) + 1
    level = _level(number, before[-1] if before else None, rules)
    spent = [0.0 if look.found_gain else look.level or rules.base(n) for n, look in enumerate(before, start=1)]
    return Look(number, level, sum(spent[1 - rules.looks :]) + level, rules.base(number + 1))


def _level(number: int, last: Taken | None, rules: LookRules) -> float:
    handed_on = last.level if last and last.found_gain else 0.0
    return min(rules.first, rules.base(number) + handed_on)
