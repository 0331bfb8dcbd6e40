"""Whether drift asks for a training: when it harms people, or when a training is likely to pay for itself.

    harmful      a tripped signal counts what people do with answers, or people find less than in the model's first days
    likely       what this tenant's trainings gained, as served, is worth the hours that one takes
    otherwise    drift is shown, and asks for nothing

The first days of a model are compared with the newest ones, by people, with an interval for repeated looks: the risk of
a deployed model (Podkopaev and Ramdas, "Tracking the risk of a deployed model and detecting harmful distribution
shifts", 2022), over days near enough that a long good time does not hide a bad one. The interval does not know what all
people have in common, such as a week of holidays.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from retrieval.satisfied_shares import Compared, Person, Verdict, compared, in_words, weekdays
from schemas.instants import sql_text
from stores.ports import Queries
from streams.drift.config import DriftConfig
from streams.drift.judgement import Judged
from streams.drift.requests import Run
from streams.drift.signals import SIGNALS

BEHAVIOUR = frozenset(signal.name for signal in SIGNALS if signal.counted == "case")
"""Signals of what people do with answers; each trips in the harmful direction alone."""

_NEWEST = 5
"""Runs that say what the next one gains and takes; what was before them is over."""

_SINCE = timedelta(days=28)
"""The newest days that are looked at."""

_FIRST = 2
"""Times as many days as a reference has, at a model's beginning, that they are compared with."""

_WON = ("live", "waiting")

_MOMENT = timedelta(milliseconds=1)
"""What stored times are exact to."""


@dataclass(frozen=True, slots=True)
class Worth:
    """Whether a training is worth it, and why, as a sentence without its full stop."""

    asks: bool
    why: str


def harm(warehouse: Queries, tenant: str, began: datetime, end: datetime, config: DriftConfig) -> Compared:
    """Return what people found in a model's first days and in the four weeks before `end`, which do not overlap.

    Raises `Retryable`.
    """
    first = began + _FIRST * timedelta(seconds=config.window_s * config.reference_windows)
    newest = max(first, end - _SINCE)
    if newest >= end:
        return compared(())
    days, found = weekdays(newest, end - _MOMENT), dict[str, list[int]]()
    for at, (since, until) in enumerate(((began, first), (newest, end))):
        rows = warehouse.query(
            "satisfaction_by_person", tenant=tenant, since=sql_text(since - _MOMENT), moved=sql_text(until),
            until=sql_text(until - _MOMENT), weekdays=days, satisfied_s=float(config.search_click.satisfied_s),
        )  # fmt: skip
        for row in rows:
            counts = found.setdefault(row["person"], [0, 0, 0, 0])
            counts[2 * at : 2 * at + 2] = row["answered_before"], row["satisfied_before"]
    return compared([Person(*found[person]) for person in sorted(found)])


def worth(judged: Sequence[Judged], harmed: Callable[[], Compared], runs: Sequence[Run], config: DriftConfig) -> Worth:
    """Return whether tripped signals may ask; `runs` are the tenant's, newest first.

    `harmed` is asked for what people found only where no signal of theirs tripped.
    """
    behaviour = sorted(j.measured.signal for j in judged if j.verdict == "tripped" and j.measured.signal in BEHAVIOUR)
    if behaviour:
        return Worth(True, f"harmful by {', '.join(behaviour)}")
    found = harmed()
    if found.verdict is Verdict.LOSS:
        told = in_words(found, "in the newest days", "in the first days of this model").removesuffix(".")
        return Worth(True, f"people find less: {told}")
    gain, hours = expected_gain(runs, config), hours_of_one(runs)
    needed = hours * config.gain_per_hour
    cost = f"takes {hours:.1f} hours and has to gain {needed:+.4f}" if hours else "costs what is not known yet"
    told = f"a training is expected to gain {gain:+.4f} as served, by {_counted(runs)}, and {cost}"
    return Worth(gain >= needed, f"no harm seen; {told}")


def expected_gain(runs: Sequence[Run], config: DriftConfig) -> float:
    """Return the served nDCG@10 that the next training is expected to gain: the mean of the newest ones and a prior.

    What was refused was not served, so it gained nothing and lost nothing. A run that was stopped tells nothing.
    """
    gains = [run.gain if run.outcome in _WON else 0.0 for run in _telling(runs) if run.gain is not None]
    return (config.expected_gain + sum(gains)) / (1 + len(gains))


def hours_of_one(runs: Sequence[Run]) -> float:
    """Return how many hours of learning and of embedding the newest runs took, in the middle; 0 before the first."""
    ended = _telling(runs)
    whole = [run for run in ended if run.outcome in _WON] or ended  # the others had no shadow built
    return median(run.work_s for run in whole) / 3_600 if whole else 0.0


def _telling(runs: Sequence[Run]) -> list[Run]:
    """Return the newest runs that compared and that nobody stopped."""
    return [run for run in runs if run.gain is not None and run.outcome != "stopped"][:_NEWEST]


def _counted(runs: Sequence[Run]) -> str:
    known = len(_telling(runs))
    return f"{known} training{'s' * (known != 1)} before" if known else "assumption"
