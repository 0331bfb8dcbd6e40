"""Whether drift asks for a training: when it harms people, or when a training is likely to pay for itself.

    harmful      a tripped signal counts what people do with answers, or people find less than in the model's first days
    likely       what this tenant's trainings gained, as served, is worth the hours that one takes
    otherwise    drift is shown, and asks for nothing

The first days of a model are compared with all days since, by people and with an interval that holds at all times: the
running risk of a deployed model (Podkopaev and Ramdas, "Tracking the risk of a deployed model and detecting harmful
distribution shifts", 2022).
"""

from collections.abc import Sequence
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
"""Runs whose hours say what the next one takes."""

_MOMENT = timedelta(milliseconds=1)
"""What stored times are exact to."""


@dataclass(frozen=True, slots=True)
class Worth:
    """Whether a training is worth it, and why, as a sentence without its full stop."""

    asks: bool
    why: str


def harm(warehouse: Queries, tenant: str, began: datetime, end: datetime, config: DriftConfig) -> Compared:
    """Return what people found in a model's first days, as many as a reference has, and since, up to `end`.

    Raises `Retryable`.
    """
    first = began + timedelta(seconds=config.window_s * config.reference_windows)
    if first >= end:
        return compared(())
    rows = warehouse.query(
        "satisfaction_by_person", tenant=tenant, since=sql_text(began - _MOMENT), moved=sql_text(first - _MOMENT),
        until=sql_text(end - _MOMENT), weekdays=weekdays(first, end - _MOMENT),
        satisfied_s=float(config.search_click.satisfied_s),
    )  # fmt: skip
    return compared([Person(*(row[name] for name in Person._fields)) for row in rows])


def worth(judged: Sequence[Judged], found: Compared, runs: Sequence[Run], config: DriftConfig) -> Worth:
    """Return whether tripped signals may ask; `found` is the harm so far, `runs` the tenant's, newest first. Pure."""
    behaviour = sorted(j.measured.signal for j in judged if j.verdict == "tripped" and j.measured.signal in BEHAVIOUR)
    if found.verdict is Verdict.LOSS:
        return Worth(True, f"people find less: {in_words(found, 'since', 'in the first days of this model')}")
    if behaviour:
        return Worth(True, f"harmful by {', '.join(behaviour)}")
    gain, hours = expected_gain(runs, config), hours_of_one(runs)
    needed = hours * config.gain_per_hour
    cost = f"takes {hours:.1f} hours and has to gain {needed:+.4f}" if hours else "costs what is not known yet"
    told = f"a training is expected to gain {gain:+.4f} as served, by {_counted(runs)}, and {cost}"
    return Worth(gain >= needed, f"no harm seen; {told}")


def expected_gain(runs: Sequence[Run], config: DriftConfig) -> float:
    """Return the served nDCG@10 that the next training is expected to gain: the mean of those before and a prior."""
    gains = [run.gain for run in runs if run.gain is not None]
    return (config.expected_gain + sum(gains)) / (1 + len(gains))


def hours_of_one(runs: Sequence[Run]) -> float:
    """Return how many hours of learning and of embedding the newest runs took, in the middle; 0 before the first."""
    taken = [run.work_s for run in runs if run.gain is not None][:_NEWEST]
    return median(taken) / 3_600 if taken else 0.0


def _counted(runs: Sequence[Run]) -> str:
    known = sum(run.gain is not None for run in runs)
    return f"{known} training{'s' * (known != 1)} before" if known else "assumption"
