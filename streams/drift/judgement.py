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

from streams.drift.config import DriftConfig
from streams.drift.measured import Measured
from streams.drift.signals import enough

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

    `history` holds each signal's earlier verdicts under the same model, newest first; missing means none.
    """
    testable = [signal for signal, m in measured.items() if enough(m, config)]
    adjusted = dict(zip(testable, benjamini_hochberg([measured[signal].p for signal in testable]), strict=True))
    judged = []
    for signal, m in measured.items():
        earlier = [verdict for verdict in history.get(signal, ()) if verdict != "too_few"]
        held = bool(earlier) and _is_evidence(earlier[0])
        limit = thresholds[signal] * (config.release if held else 1.0)
        verdict: Verdict = "too_few"
        if signal in adjusted:
            evidence = adjusted[signal] <= config.alpha and m.effect >= limit
            verdict = _verdict(evidence, earlier[: config.of_windows - 1], config.trip_windows)
        judged.append(Judged(m, adjusted.get(signal, 1.0), limit, verdict))
    return judged


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return adjusted p values (q) in the given order (Benjamini & Hochberg 1995).

    Calling q <= alpha a discovery keeps the expected share of false discoveries at alpha; when nothing changed at all,
    the chance of any false one is at most alpha. Holds for positively dependent tests too (Benjamini & Yekutieli 2001).
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__, reverse=True)
    adjusted, smallest = [1.0] * len(p_values), 1.0
    for rank, i in zip(range(len(p_values), 0, -1), order, strict=True):
        smallest = min(smallest, p_values[i] * len(p_values) / rank)
        adjusted[i] = smallest
    return adjusted


def _verdict(evidence: bool, earlier: Sequence[Verdict], needed: int) -> Verdict:
    if not evidence:
        return "steady"
    return "tripped" if 1 + sum(map(_is_evidence, earlier)) >= needed else "suspect"


def _is_evidence(verdict: Verdict) -> bool:
    return verdict in ("suspect", "tripped")
