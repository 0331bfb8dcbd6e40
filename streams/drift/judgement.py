"""From measurements to verdicts.

    too_few   not enough cases or people on one side: nothing is claimed
    steady    no evidence
    suspect   evidence in this window: significant after correction AND large enough
    tripped   evidence in this window and in at least k of the last n testable ones

Evidence starts at the signal's threshold and, once there, ends only below `release` times it, so that a value on the
edge does not flicker (hysteresis). Only windows in which a signal could be tested count towards n.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.stats import false_discovery_control

from streams.drift.config import DriftConfig
from streams.drift.measurement import enough
from streams.drift.signal import Measured
from streams.drift.signals import SIGNALS

Verdict = Literal["steady", "suspect", "tripped", "too_few"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A measurement with its corrected p value (`q`), the threshold it was held against, and the verdict."""

    measured: Measured
    q: float
    threshold: float
    verdict: Verdict


def judge(
    measured: Mapping[str, Measured],
    thresholds: Mapping[str, float],
    history: Mapping[str, Sequence[Verdict]],
    config: DriftConfig,
) -> list[Judged]:
    """Return the verdict of every measured signal of one window.

    `history` holds each signal's earlier verdicts under the same model, newest first; missing means none. The p values
    of the testable signals are corrected together (Benjamini & Hochberg 1995): calling q <= alpha a discovery keeps the
    expected share of false discoveries at alpha, also for positively dependent tests (Benjamini & Yekutieli 2001).
    """
    testable = [s.name for s in SIGNALS if s.name in measured and enough(s, measured[s.name], config)]
    p_values = [measured[name].p for name in testable]
    adjusted = dict(zip(testable, false_discovery_control(p_values).tolist() if p_values else (), strict=True))
    judged = []
    for name, m in measured.items():
        earlier = [verdict for verdict in history.get(name, ()) if verdict != "too_few"]
        was_evidence = bool(earlier) and _is_evidence(earlier[0])
        limit = thresholds[name] * (config.release if was_evidence else 1.0)
        verdict: Verdict = "too_few"
        if name in adjusted:
            evidence = adjusted[name] <= config.alpha and m.effect >= limit
            verdict = _verdict(evidence, earlier[: config.of_windows - 1], config.trip_windows)
        judged.append(Judged(m, adjusted.get(name, 1.0), limit, verdict))
    return judged


def _verdict(evidence: bool, earlier: Sequence[Verdict], needed: int) -> Verdict:
    if not evidence:
        return "steady"
    return "tripped" if 1 + sum(map(_is_evidence, earlier)) >= needed else "suspect"


def _is_evidence(verdict: Verdict) -> bool:
    return verdict in ("suspect", "tripped")
