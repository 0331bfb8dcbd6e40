"""From measurements to verdicts.

    too_few   not enough cases or people on one side: nothing is claimed, and what was known stays
    steady    no evidence to speak of
    suspect   the evidence has come half of the way to its limit
    tripped   the evidence is at its limit: a retrain should be asked for

A signal's effect, less what a quiet window would have and over its spread, is the window's score; scores add up to
evidence over windows (`detectors`). Effects, p and q are shown beside that and decide nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from scipy.stats import false_discovery_control

from streams.drift.config import DriftConfig
from streams.drift.detectors.baseline import Expected, Quiet, expect
from streams.drift.detectors.cusum import advance
from streams.drift.detectors.cusum import limit as limit_of
from streams.drift.measurement import enough
from streams.drift.signal import Measured
from streams.drift.signals import SIGNALS
from streams.drift.statistics.chance import Chance

Verdict = Literal["steady", "suspect", "tripped", "too_few", "silent"]

_SUSPECT = 0.5
"""Share of the limit from which a signal is suspect, and its windows teach nothing about quiet ones."""

_ODD_DAYS = 3
"""Days up to which a window may be odd as a whole, like a long weekend, and asks nobody by itself."""

_TAILS = 3.0
"""Times longer than by normal scores, because those of real windows have heavier tails (`python -m bench drift`)."""

_WEEK = 7

_CEILING = 2.0
"""Limits to which evidence adds up at most: so it is gone some windows after a change is over."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What is known of a tenant before a window is judged: by signal, its quiet windows and its evidence so far."""

    quiet: Mapping[str, tuple[Quiet, ...]] = field(default_factory=dict)
    evidence: Mapping[str, float] = field(default_factory=dict)

    def asked(self) -> "Watch":
        """Return the watch after a request: what was asked for is no evidence for a second time."""
        return Watch(self.quiet, {})


@dataclass(frozen=True, slots=True)
class Judged:
    """A measurement with its verdict and what led to it.

    `q` is the corrected p value, `threshold` the effect above which a window adds to the evidence, `score` the
    standardised effect, `evidence` what has added up and `limit` where it trips.
    """

    measured: Measured
    q: float
    threshold: float
    score: float
    evidence: float
    limit: float
    expected: Expected
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Span:
    """How many days a window has, and the weekday of its first one, from Monday, 0; None when it covers them all."""

    days: int = 1
    weekday: int | None = None

    @classmethod
    def of(cls, start: datetime, days: int) -> "Span":
        """Return the span of a window that starts then."""
        return cls(days, start.weekday() if days < _WEEK else None)


def judge(
    measured: Mapping[str, Measured], watch: Watch, config: DriftConfig, span: Span
) -> tuple[list[Judged], Watch]:
    """Return the verdict of every measured signal of one window, and the watch for the next one.

    The p values of the testable signals are corrected together (Benjamini & Hochberg 1995).
    """
    testable = [s.name for s in SIGNALS if s.name in measured and enough(s, measured[s.name], config)]
    p_values = [measured[name].p for name in testable]
    adjusted = dict(zip(testable, false_discovery_control(p_values).tolist() if p_values else (), strict=True))
    judged = [_judged(m, adjusted.get(name), watch, config, span) for name, m in measured.items()]
    quiet = {**watch.quiet, **{j.measured.signal: learned(j, watch, config, span) for j in judged}}
    return judged, Watch(quiet, {**watch.evidence, **{j.measured.signal: j.evidence for j in judged}})


def limit(config: DriftConfig, days: int) -> float:
    """Return the evidence at which one signal trips, for windows of so many days.

    The tenant's time between false requests is split over the signals: each may take as many times longer.
    """
    windows = config.false_alarm_days * len(SIGNALS) / (days * config.window_s / 86_400)
    return limit_of(_TAILS * windows, config.allowance)


def learned(judged: Judged, watch: Watch, config: DriftConfig, span: Span) -> tuple[Quiet, ...]:
    """Return the signal's quiet windows, with this one while few are known, if it is quiet."""
    known = watch.quiet.get(judged.measured.signal, ())
    if judged.verdict != "steady" or len(known) >= config.calibration_windows:
        return known
    return (*known, quiet_of(judged.measured, span))


def quiet_of(measured: Measured, span: Span) -> Quiet:
    """Return what a measured window tells of quiet ones."""
    return Quiet(measured.effect - measured.chance.mean, measured.chance.variance, span.weekday)


def _judged(m: Measured, q: float | None, watch: Watch, config: DriftConfig, span: Span) -> Judged:
    least = config.effects.of(m.signal) * config.least_spread
    expected = expect(watch.quiet.get(m.signal, ()), m.chance.variance, span.weekday, least)
    needed = limit(config, span.days)
    threshold = m.chance.mean + expected.mean + config.allowance * expected.spread
    before = watch.evidence.get(m.signal, 0.0)
    if q is None:
        return Judged(m, 1.0, threshold, 0.0, before, needed, expected, "too_few")
    score = (m.effect - m.chance.mean - expected.mean) / expected.spread
    most = config.one_day * needed if span.days <= _ODD_DAYS else _CEILING * needed
    evidence = advance(before, score, config.allowance, most, _CEILING * needed)
    return Judged(m, q, threshold, score, evidence, needed, expected, _verdict(evidence, needed))


def _verdict(evidence: float, needed: float) -> Verdict:
    if evidence >= needed:
        return "tripped"
    return "suspect" if evidence >= _SUSPECT * needed else "steady"


def silent(watch: Watch, config: DriftConfig, span: Span) -> tuple[list[Judged], Watch]:
    """Return the rows of a window in which nobody searched, and the watch as it was."""
    nothing = Chance()
    judged = []
    for signal in SIGNALS:
        m = Measured(signal.name, 0.0, 0.0, 0.0, 1.0, 0, 0, 0, 0, nothing)
        judged.append(replace(_judged(m, None, watch, config, span), verdict="silent"))
    return judged, watch
