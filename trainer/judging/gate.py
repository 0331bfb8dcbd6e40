"""May the candidate go on? A paired bootstrap over held-out queries, and guards against local harm. Pure.

What is compared are the rankings that people would get of both models, so that a WIN is a gain for them. How sure it
has to be is a matter of how often the hold-out was looked at before (`trainer.judging.looks`). Guards only hold back
what would be a WIN, so a candidate without effect is called a LOSS no oftener for having many of them. Slices and
behaviours together refuse a harmless candidate by chance no more often than the level of a first look (Holm, "A simple
sequentially rejective multiple test procedure", 1979). A behaviour's tests are paired, so only what turned tells, by an
exact sign test (McNemar, "Note on the sampling error of the difference between correlated proportions", 1947).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from pydantic import Field

from trainer.judging.bootstrap import Array, Draws, Interval, drawn, queries_needed
from trainer.judging.looks import Look, LookRules, next_look
from trainer.judging.model_tests import Tally


class GateRules(LookRules):
    """When a difference counts. All differences are candidate minus live, in nDCG@10 (0 to 1)."""

    min_queries: int = Field(
        default=50, ge=1, description="held-out queries; fewer cannot tell a real gain from chance"
    )
    min_groups: int = Field(default=25, ge=1, description="independent groups among them, for the same reason")
    min_gain: float = Field(default=0.01, ge=0, description="mean gain; less is not worth a change")
    planned_gain: float = Field(
        default=0.02, gt=0, description="gain for which an inconclusive run says how many queries would show it"
    )
    planned_power: float = Field(
        default=0.8, gt=0.5, lt=1, description="chance with which so many queries show it; the usual one in planning"
    )
    judged_loss: float = Field(
        default=0.01, ge=0, description="mean loss on queries that people judged, which blocks when its interval agrees"
    )
    slice_loss: float = Field(
        default=0.03, ge=0, description="mean loss in a slice that blocks, when its interval agrees"
    )
    min_slice_groups: int = Field(
        default=10, ge=2, description="independent groups; a slice of fewer is shown but does not decide"
    )
    behaviour_loss: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="net share of a behaviour's tests lost that blocks, when chance is unlikely",
    )
    behaviour_broken: float = Field(
        default=0.5, gt=0, le=1, description="net share lost that blocks however many slices and behaviours there are"
    )
    min_behaviour: int = Field(
        default=20,
        ge=1,
        description="tests of one behaviour, in min_slice_groups groups; fewer are shown but do not decide",
    )
    resamples: int = Field(
        default=10_000, ge=100, description="bootstrap draws; the interval's ends are stable to about 0.001"
    )
    seed: int = Field(default=20_260_101, ge=0, description="of the draws, so that a verdict can be repeated")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, and the sentences that explain it to an operator.

    `look` says at what level `difference` has its interval. `needed` is how many held-out queries would show the
    planned gain in the next look.
    """

    verdict: Literal["WIN", "INCONCLUSIVE", "LOSS"]
    difference: Interval
    reasons: tuple[str, ...]
    look: Look | None = None
    needed: int | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """Per-query scores of two served rankings, with the group and slices of each query (all of one length).

    `whole` is the mean difference of the rankings with what nobody was shown in them, where `candidate` and `live` are
    not those. `documents` says how many were ranked, of how many.
    """

    candidate: Array
    live: Array
    groups: Sequence[int]
    slices: Sequence[tuple[str, ...]]
    whole: float | None = None
    documents: tuple[int, int] | None = None


def interval(differences: Array, groups: Sequence[int], rules: GateRules, level: float | None = None) -> Interval:
    """Return mean and interval of paired differences; at the level of a first look unless another is given."""
    draws = drawn(differences, groups, rules.resamples, rules.seed)
    return draws.interval(rules.first if level is None else level)


def judge(
    scores: Scores,
    behaviours: Mapping[str, Tally],
    rules: GateRules,
    look: Look | None = None,
    judged: Interval | None = None,
) -> Verdict:
    """Return WIN only for a gain that is sure, large enough, and bought with no harm in any guarded part.

    `behaviours` says what became of each behaviour. `look` is the first unless given. `judged` is the difference on the
    queries that people judged, if there are any.
    LOSS is a loss as sure as a WIN's gain, or a gain with a guarded part that became worse; INCONCLUSIVE is everything
    else, too little data among it.
    """
    look = look or next_look((), rules)
    found = interval(scores.candidate - scores.live, scores.groups, rules, look.level)
    needed = queries_needed(found, rules.planned_gain, look.next_level, rules.planned_power)
    answer, reasons = _answer(scores, found, behaviours, rules, look, needed, judged)
    return Verdict(answer, found, reasons, look, needed)


def _answer(
    scores: Scores,
    found: Interval,
    behaviours: Mapping[str, Tally],
    rules: GateRules,
    look: Look,
    needed: int,
    judged: Interval | None,
) -> tuple[Literal["WIN", "INCONCLUSIVE", "LOSS"], tuple[str, ...]]:
    if found.queries < rules.min_queries or found.groups < rules.min_groups:
        need = f"the gate needs {rules.min_queries} queries in {rules.min_groups} groups"
        return "INCONCLUSIVE", (f"only {found.queries} held-out queries in {found.groups}; {need}",)
    figures = (
        f"nDCG@10 {found.mean:+.3f} ({found.low:+.3f} to {found.high:+.3f}) on {found.queries} held-out queries"
        f"{_over(scores.documents)}; {described(look)}"
    )
    if found.high < 0:
        return "LOSS", (f"the candidate is worse: {figures}",)
    if found.low <= 0:
        return "INCONCLUSIVE", (f"the interval includes no change: {figures}", _wanting(found, needed, rules))
    if scores.whole is not None and scores.whole <= 0:
        unseen = f"no gain with what nobody was shown yet in the rankings ({scores.whole:+.3f})"
        return "INCONCLUSIVE", (f"{unseen}: {figures}",)
    if judged is not None and (harm := _harmed_judged(judged, rules)):
        return "LOSS", (figures, *harm)
    if harm := _harmed_parts(scores, behaviours, rules):
        return "LOSS", (figures, *harm)
    if found.mean < rules.min_gain:
        return "INCONCLUSIVE", (f"a gain below {rules.min_gain} is not worth a change: {figures}",)
    return "WIN", (figures,)


def described(look: Look) -> str:
    """Return which look it is and how sure its interval is, in words."""
    return f"look {look.number} at the hold-out, interval at {100 - 200 * look.level:.4g} %"


def _over(documents: tuple[int, int] | None) -> str:
    """Return over which part of the corpus was judged, empty where it was all of it."""
    if documents is None or documents[0] == documents[1]:
        return ""
    return f" over {documents[0]:,} of {documents[1]:,} documents"


def _wanting(found: Interval, needed: int, rules: GateRules) -> str:
    """Return in words how many more queries would show the planned gain."""
    more = max(0, needed - found.queries)
    gain = f"a gain of {rules.planned_gain:+.2f} shows in the next look with about {needed:,} held-out queries"
    return f"{gain}, {more:,} more" if more else f"{gain}, so there are enough to see one of that size"


def void(verdict: Verdict, reason: str) -> Verdict:
    """Return the verdict of a comparison that does not hold any more, for the reason given."""
    text = f"{reason}, so the comparison with it is void; train again"
    return replace(verdict, verdict="INCONCLUSIVE", reasons=(text,))


def slice_intervals(scores: Scores, rules: GateRules) -> dict[str, Interval]:
    """Return the difference within every slice, by name."""
    return {name: draws.interval(rules.first) for name, draws in _by_slice(scores, rules).items()}


def _by_slice(scores: Scores, rules: GateRules) -> dict[str, Draws]:
    found, differences = {}, scores.candidate - scores.live
    for name in sorted({name for of_query in scores.slices for name in of_query}):
        inside = np.array([name in of_query for of_query in scores.slices])
        members = [group for group, chosen in zip(scores.groups, inside, strict=True) if chosen]
        found[name] = drawn(differences[inside], members, rules.resamples, rules.seed)
    return found


@dataclass(frozen=True, slots=True)
class _Part:
    """A slice or a behaviour: how likely it looks as bad by chance, and whether a level takes it for a loss."""

    name: str
    chance: float
    is_loss: Callable[[float], bool]
    harm: Callable[[float], str | None]


def _harmed_parts(scores: Scores, behaviours: Mapping[str, Tally], rules: GateRules) -> list[str]:
    """Return what became worse: from the surest on, at a level that those left share; and what is simply broken."""
    parts = [
        *(_slice(name, draws, rules) for name, draws in _by_slice(scores, rules).items() if _counts(draws, rules)),
        *(_behaviour(name, tally, rules) for name, tally in sorted(behaviours.items()) if _decides(tally, rules)),
    ]
    surest = sorted(parts, key=lambda part: (part.chance, part.name))
    harmed = dict[str, str]()
    for tried, part in enumerate(surest):
        level = rules.first / (len(surest) - tried)
        if not part.is_loss(level):
            break
        if said := part.harm(level):
            harmed[part.name] = said
    for name, tally in sorted(behaviours.items()):
        if _decides(tally, rules) and tally.lost - tally.won >= rules.behaviour_broken * tally.groups:
            harmed.setdefault(_named(name), _failed(name, tally))
    return list(harmed.values())


def _slice(name: str, draws: Draws, rules: GateRules) -> _Part:
    def harm(level: float) -> str | None:
        found = draws.interval(level)
        figures = f"{found.mean:+.3f} ({found.low:+.3f} to {found.high:+.3f}, {found.queries})"
        return f"worse on '{name}' queries: {figures}" if found.mean <= -rules.slice_loss else None

    return _Part(f"slice {name}", draws.chance_of_no_loss(), lambda level: draws.interval(level).high < 0, harm)


def _behaviour(name: str, tally: Tally, rules: GateRules) -> _Part:
    chance, enough = tally.chance_of_no_loss(), rules.behaviour_loss * tally.tests
    said = _failed(name, tally) if tally.live - tally.candidate >= enough else None
    return _Part(_named(name), chance, lambda level: chance <= level, lambda _: said)


def _counts(draws: Draws, rules: GateRules) -> bool:
    return draws.groups >= rules.min_slice_groups


def _decides(tally: Tally, rules: GateRules) -> bool:
    return tally.tests >= rules.min_behaviour and tally.groups >= rules.min_slice_groups


def _named(behaviour: str) -> str:
    return f"behaviour {behaviour}"


def _failed(name: str, tally: Tally) -> str:
    turned = f"{tally.lost} lost and {tally.won} won of {tally.groups} that tell separately"
    return f"fails behaviour '{name}': passes {tally.candidate} of {tally.tests}, the live model {tally.live}; {turned}"


def _harmed_judged(judged: Interval, rules: GateRules) -> list[str]:
    """Return what to say where the queries that people judged became surely worse; too few of them decide nothing."""
    if judged.groups < rules.min_slice_groups or judged.high >= 0 or judged.mean > -rules.judged_loss:
        return []
    figures = f"{judged.mean:+.3f} ({judged.low:+.3f} to {judged.high:+.3f})"
    return [f"worse on the {judged.queries} queries that people judged: {figures}"]
