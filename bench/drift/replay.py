"""One run: a company lives through its days, and the product's rules judge each window."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from bench.drift.company import BEGAN, Company
from bench.drift.questions import Remembering
from bench.drift.scenarios import Scenario
from retrieval.text import normalized
from streams.drift import requests as training
from streams.drift.behaviour import Search
from streams.drift.calibration import calibrated
from streams.drift.config import DriftConfig
from streams.drift.judgement import Span, Watch, judge
from streams.drift.measurement import measure
from streams.drift.sample import Changed, Sample
from streams.drift.sampling import in_full, sample

NEVER = 10**6
"""An onset that does not come."""

_TENANT = "bench"


@dataclass(slots=True)
class Run:
    """What one run brought: on which days windows closed, signals asked, and which; milliseconds of CPU a window.

    `peers`: on which days each peer alarmed, of a run that peers were shown.
    """

    asked: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    spent_ms: list[float] = field(default_factory=list)
    runs: list[training.Run] = field(default_factory=list)
    peers: dict[str, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Open:
    """The window that grows: its days so far."""

    first: int = 0
    searches: list[Search] = field(default_factory=list)
    days: int = 0


def live(
    scenario: Scenario,
    seed: int,
    days: int,
    onset: int,
    config: DriftConfig,
    encoder: Remembering,
    refused: bool = False,
) -> Run:
    """Live through so many days, of which the first are the reference, and judge each window as it closes.

    A trip asks and the evidence begins anew. With `refused`, what is asked for is refused the day after, and the memory
    of requests holds back what it should; otherwise every trip counts, whatever came of those before.
    """
    company, run, opened = Company(scenario, seed), Run(), Open()
    reference: list[Sample] = []
    watch, cases = Watch(), 0
    for number in range(days):
        day = scenario.day(number, number - onset, np.random.default_rng([seed, 7, number]))
        searches = drawn(company.live(number, day), config.per_user)
        if len(reference) < config.reference_windows or cases < config.min_reference_searches:
            if searches:
                reference.append(_sample(company, number, 1, searches, config, encoder))
                cases += len(searches)
            continue
        began = time.process_time()
        watch = watch if watch.quiet else calibrated(reference, config)
        window = grown(opened, number, searches, config)
        if window is None:
            continue
        taken = _sample(company, window.first, window.days, window.searches, config, encoder)
        span = Span.of(taken.start, window.days)
        judged, watch = judge(measure(reference, taken, config), watch, config, span)
        run.spent_ms.append((time.process_time() - began) * 1_000)
        run.closed.append(number)
        tripped = tuple(j.measured.signal for j in judged if j.verdict == "tripped")
        if tripped and not (refused and _hindered(run, number, config)):
            run.asked.append((number, tripped))
            watch = watch.asked()
    return run


def _hindered(run: Run, number: int, config: DriftConfig) -> bool:
    end = BEGAN + timedelta(days=number + 1)
    if training.obstacle(_TENANT, end, run.runs, config, end) is not None:
        return True
    name = training.run_id(_TENANT, end)
    run.runs.append(training.Run(name, end, end + timedelta(days=1), "refused", pairs_since=config.new_pairs))
    return False


def grown(window: Open, number: int, searches: Sequence[Search], config: DriftConfig) -> Open | None:
    """Add a day to the window; return it when it closes, and begin the next one."""
    window.first = window.first if window.days else number
    window.days += 1
    window.searches += searches
    cases = len({(s.person, normalized(s.query)) for s in window.searches})
    if cases < config.window_cases and window.days < config.most_windows:
        return None
    closed = Open(window.first, window.searches, window.days)
    window.searches, window.days = [], 0
    return closed if closed.searches else None


def drawn(searches: Sequence[Search], per_user: int) -> list[Search]:
    """Return what the product's query draws of a day: at most so many searches of one person."""
    seen: Counter[str] = Counter()
    kept = []
    for search in sorted(searches, key=lambda s: s.at):
        seen[search.person] += 1
        if seen[search.person] <= per_user:
            kept.append(search)
    return kept


def _sample(
    company: Company, first: int, days: int, searches: list[Search], config: DriftConfig, encoder: Remembering
) -> Sample:
    last = first + days - 1
    documents = [
        Changed(name, openings, in_full(moved, last + 1, config.look_back))
        for name, openings, moved in company.changed(last, searches, config.look_back)
    ]
    titles = {title: title for search in searches for title in search.best_shown}
    return sample(BEGAN + timedelta(days=first), searches, titles, documents, encoder, config)
