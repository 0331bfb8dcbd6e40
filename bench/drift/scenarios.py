"""What happens to a simulated company day by day: quiet histories, in which no request should come, and drifting ones.

A scenario says, for each day and how many days after the onset it lies (negative before), what differs that day.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Day:
    """How one day differs from any other; shares unless a unit is said.

    `volume` multiplies searches; `mix` tilts the day's services at random; `left` of the people were replaced and
    `joined` have come on top; `burst` of the searches go to one service of the known ones, `bot` more come from one
    machine that asks a few queries again and again. `shift` of the searches go to the services `towards`; `renamed` of
    them say a known thing by a new name. `opens` and `fit` multiply how often people open and how often the right
    title is shown. `edited` of the documents change a little, `replaced` altogether. `silent`: nobody comes.
    """

    volume: float = 1.0
    mix: float = 0.0
    left: float = 0.0
    joined: float = 0.0
    burst: float = 0.0
    bot: float = 0.0
    shift: float = 0.0
    towards: int = 9
    renamed: float = 0.0
    opens: float = 1.0
    fit: float = 1.0
    edited: float = 0.003
    replaced: float = 0.0
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """A history: who asks how much, and what each day is like. `goal` is the share found within two windows."""

    name: str
    day: Callable[[int, int, Rng], Day]
    drifts: bool = False
    people: int = 50
    searches: float = 5.0
    goal: float | None = None
    delay_goal: float | None = None
    early: bool = False
    lasting: int = 6


def _weekly(day: int, _: int, __: Rng) -> Day:
    return Day(volume=0.35, shift=0.04) if day % 7 in (5, 6) else Day()


def _bursting(share: float) -> Callable[[int, int, Rng], Day]:
    return lambda day, _, __: Day(burst=share) if day % 23 == 17 else Day()


def _slowly(_: int, since: int, __: Rng) -> Day:
    return Day(shift=0.6 * max(0.0, min(1.0, (since + 1) / 30)))


def _after(changed: Day) -> Callable[[int, int, Rng], Day]:
    return lambda _, since, __: changed if since >= 0 else Day()


QUIET = (
    Scenario("calm", lambda *_: Day()),
    Scenario("day_noise", lambda _, __, rng: Day(volume=float(rng.uniform(0.6, 1.4)), mix=0.25)),
    Scenario("weekly_rhythm", _weekly, people=60),
    Scenario("growth", lambda day, _, __: Day(joined=day / 90)),
    Scenario("turnover", lambda day, _, __: Day(left=day / 120)),
    Scenario("joiners", lambda day, _, __: Day(joined=0.25 if day >= 30 else 0.0)),
    Scenario("bots", lambda day, _, __: Day(bot=1.0 if day % 11 >= 7 else 0.0)),
    Scenario("edits_3_percent", lambda *_: Day(edited=0.03)),
    Scenario("burst_30", _bursting(0.3)),
    Scenario("burst_60", _bursting(0.6)),
    Scenario("silence", lambda day, _, __: Day(silent=30 <= day < 42)),
    Scenario("small_tenant", lambda *_: Day(), people=14, searches=2.0),
)
"""Histories without drift."""

DRIFT = (
    Scenario("topic_50", _after(Day(shift=0.5)), drifts=True, goal=0.9),
    Scenario("topic_30", _after(Day(shift=0.3)), drifts=True, goal=0.9),
    Scenario("topic_15", _after(Day(shift=0.15)), drifts=True, delay_goal=8, lasting=30),
    Scenario("one_service", _after(Day(shift=0.3, towards=1)), drifts=True),
    Scenario("slow", _slowly, drifts=True, delay_goal=12, lasting=40),
    Scenario("renamed", _after(Day(renamed=0.3)), drifts=True, goal=0.9),
    Scenario("decay", _after(Day(opens=0.6, fit=0.6)), drifts=True, goal=0.9),
    Scenario("mild_decay", _after(Day(opens=0.75, fit=0.85)), drifts=True, goal=0.8),
    Scenario("replaced_40", lambda _, since, __: Day(replaced=0.4 if since == 0 else 0.0), drifts=True, goal=0.9),
    Scenario("small_topic_50", _after(Day(shift=0.5)), drifts=True, people=14, searches=2.0, delay_goal=14, lasting=40),
    Scenario("new_model_first_week", _after(Day(shift=0.5)), drifts=True, early=True),
)  # fmt: skip
"""Histories that drift at their onset."""


def named(name: str) -> Scenario:
    """Return the scenario of that name. Raises `KeyError` for an unknown one."""
    return {scenario.name: scenario for scenario in (*QUIET, *DRIFT)}[name]
