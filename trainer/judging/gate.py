"""May the candidate go on? A paired bootstrap over held-out queries, and guards against local harm. Pure.

What is compared are the rankings that people would get of both models, so that a WIN is a gain for them.

The unit that is drawn again is the group of queries about one document: they rise and fall together, and drawing them
singly would make the interval too narrow (cluster bootstrap: Davison and Hinkley, "Bootstrap Methods", 1997, 3.8;
paired bootstrap for rankings: Smucker, Allan and Carterette, "A comparison of statistical significance tests for
information retrieval evaluation", 2007).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

Array = npt.NDArray[np.float64]


class GateRules(BaseModel):
    """When a difference counts. All differences are candidate minus live, in nDCG@10 (0 to 1)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    min_queries: int = Field(
        default=50, ge=1, description="held-out queries; fewer cannot tell a real gain from chance"
    )
    min_groups: int = Field(default=25, ge=1, description="independent groups among them, for the same reason")
    min_gain: float = Field(
        default=0.01, ge=0, description="mean gain; less is not worth embedding every document again"
    )
    confidence: float = Field(
        default=0.95, gt=0, lt=1, description="two-sided level of the interval that must lie above zero"
    )
    slice_loss: float = Field(
        default=0.03, ge=0, description="mean loss in a slice that blocks, when its interval agrees"
    )
    slice_floor: float = Field(
        default=0.1, ge=0, description="mean loss in a slice that blocks whatever its interval says"
    )
    min_slice: int = Field(default=20, ge=1, description="queries; a smaller slice is shown but does not decide")
    behaviour_loss: float = Field(default=0.1, ge=0, description="net share of a behaviour's tests lost, which blocks")
    min_behaviour: int = Field(
        default=20, ge=1, description="tests of one behaviour; fewer are shown but do not decide"
    )
    resamples: int = Field(
        default=10_000, ge=100, description="bootstrap draws; the interval's ends are stable to about 0.001"
    )
    seed: int = Field(default=20_260_101, ge=0, description="of the draws, so that a verdict can be repeated")


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean difference with its bootstrap interval, over `queries` in `groups` independent groups."""

    mean: float
    low: float
    high: float
    queries: int
    groups: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, and the sentences that explain it to an operator."""

    verdict: Literal["WIN", "INCONCLUSIVE", "LOSS"]
    difference: Interval
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """Per-query nDCG@10 of two served rankings, with the group and slices of each query (all of one length)."""

    candidate: Array
    live: Array
    groups: Sequence[int]
    slices: Sequence[tuple[str, ...]]


def interval(differences: Array, groups: Sequence[int], rules: GateRules) -> Interval:
    """Return mean and percentile interval of paired differences, drawing whole groups with replacement."""
    if not len(differences):
        return Interval(0.0, 0.0, 0.0, 0, 0)
    _, member = np.unique(np.asarray(groups), return_inverse=True)
    sums, sizes = np.bincount(member, weights=differences), np.bincount(member)
    rng = np.random.default_rng(rules.seed)
    means = np.empty(rules.resamples)
    for start in range(0, rules.resamples, 500):
        drawn = rng.integers(0, len(sums), size=(min(500, rules.resamples - start), len(sums)))
        means[start : start + 500] = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    tail = (1 - rules.confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return Interval(float(differences.mean()), float(low), float(high), len(differences), len(sums))


def judge(scores: Scores, behaviours: Mapping[str, tuple[int, int, int]], rules: GateRules) -> Verdict:
    """Return WIN only for a gain that is sure, large enough, and bought with no harm in any guarded part.

    `behaviours` gives for each behaviour: tests, passed by live, passed by candidate. LOSS is a loss as sure as a WIN's
    gain, or a guarded part that became worse; INCONCLUSIVE is everything else, too little data among it.
    """
    found = interval(scores.candidate - scores.live, scores.groups, rules)
    if found.queries < rules.min_queries or found.groups < rules.min_groups:
        need = f"the gate needs {rules.min_queries} queries in {rules.min_groups} groups"
        return Verdict("INCONCLUSIVE", found, (f"only {found.queries} held-out queries in {found.groups}; {need}",))
    figures = f"nDCG@10 {found.mean:+.3f} ({found.low:+.3f} to {found.high:+.3f}) on {found.queries} held-out queries"
    if found.high < 0:
        return Verdict("LOSS", found, (f"the candidate is worse: {figures}",))
    harm = (*_harmed_slices(scores, rules), *_harmed_behaviours(behaviours, rules))
    if harm:
        return Verdict("LOSS", found, (figures, *harm))
    if found.low <= 0:
        return Verdict("INCONCLUSIVE", found, (f"the interval includes no change: {figures}",))
    if found.mean < rules.min_gain:
        return Verdict("INCONCLUSIVE", found, (f"a gain below {rules.min_gain} is not worth a new index: {figures}",))
    return Verdict("WIN", found, (figures,))


def void(verdict: Verdict, reason: str) -> Verdict:
    """Return the verdict of a comparison that does not hold any more, for the reason given."""
    text = f"{reason}, so the comparison with it is void; train again"
    return Verdict("INCONCLUSIVE", verdict.difference, (text,))


def slice_intervals(scores: Scores, rules: GateRules) -> dict[str, Interval]:
    """Return the difference within every slice, by name."""
    names = sorted({name for of_query in scores.slices for name in of_query})
    return {name: _within(scores, name, rules) for name in names}


def _within(scores: Scores, name: str, rules: GateRules) -> Interval:
    inside = np.array([name in of_query for of_query in scores.slices])
    members = [group for group, chosen in zip(scores.groups, inside, strict=True) if chosen]
    return interval((scores.candidate - scores.live)[inside], members, rules)


def _harmed_slices(scores: Scores, rules: GateRules) -> list[str]:
    harmed = []
    for name, found in slice_intervals(scores, rules).items():
        sure = found.high < 0 and found.mean <= -rules.slice_loss
        if found.queries >= rules.min_slice and (sure or found.mean <= -rules.slice_floor):
            harmed.append(
                f"worse on '{name}' queries: {found.mean:+.3f} ({found.low:+.3f} to {found.high:+.3f}, {found.queries})"
            )
    return harmed


def _harmed_behaviours(behaviours: Mapping[str, tuple[int, int, int]], rules: GateRules) -> list[str]:
    return [
        f"fails behaviour '{name}': passes {candidate} of {tests}, the live model {live}"
        for name, (tests, live, candidate) in sorted(behaviours.items())
        if tests >= rules.min_behaviour and live - candidate >= rules.behaviour_loss * tests
    ]
