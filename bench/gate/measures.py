"""What is counted: verdicts without effect, once and over looks; power; refusals by guards; the queries needed."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from bench.gate.betting import wealth
from bench.gate.worlds import Effect, behaviours, drawn
from trainer.judging import bootstrap, gate, looks
from trainer.judging.gate import GateRules, Verdict
from trainer.judging.looks import Taken

_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def year(queries: int, effect: Effect, rules: GateRules, rng: np.random.Generator) -> list[Verdict]:
    """Return the verdicts of twelve looks in a row, each at another candidate and as if at other queries.

    Looks at the same queries are wrong together, so fewer years have a wrong one: this is the worst case.
    """
    taken: list[Taken] = []
    found = []
    for n in range(12):
        look = looks.next_look(taken, rules)
        found.append(gate.judge(drawn(queries, effect, rng), behaviours(rng), rules, look))
        taken.append(Taken(_BEGAN + timedelta(days=30 * n), look.level, found[-1].difference.low > 0))
    return found


def without_effect(queries: int, shape: str, worlds: int, rules: GateRules, seed: int) -> dict[str, Any]:
    """Return the shares of wrong verdicts at the first look and over twelve, and of a bet."""
    years, once = [], 0
    for rng in _seeds(seed, worlds, queries):
        years.append([one.verdict for one in year(queries, Effect(0.0, shape), rules, rng)])
        once += wealth(drawn(queries, Effect(0.0, shape), rng)) >= 1 / rules.first
    return {
        "queries": queries,
        "shape": shape,
        "false_win": _share(one[0] == "WIN" for one in years),
        "false_loss": _share(one[0] == "LOSS" for one in years),
        "false_win_12_looks": _share("WIN" in one for one in years),
        "false_loss_12_looks": _share("LOSS" in one for one in years),
        "false_win_betting": once / worlds,
    }


def power(queries: int, gain: float, worlds: int, rules: GateRules, seed: int) -> dict[str, Any]:
    """Return how often a gain is a WIN: at a first look, at one after a look without a gain, and by betting."""
    later = looks.next_look([Taken(_BEGAN, rules.first, found_gain=False)], rules)
    first, second, bet = [], [], 0
    for rng in _seeds(seed, worlds, queries):
        scores = drawn(queries, Effect(gain), rng)
        unhurt = behaviours(rng)
        first.append(gate.judge(scores, unhurt, rules).verdict)
        second.append(gate.judge(scores, unhurt, rules, later).verdict)
        bet += wealth(scores) >= 1 / rules.first
    return {
        "queries": queries,
        "gain": gain,
        "first_look": _share(one == "WIN" for one in first),
        "later_look": _share(one == "WIN" for one in second),
        "betting": bet / worlds,
        "refused": _share(one == "LOSS" for one in first),
    }


def needed(queries: int, worlds: int, rules: GateRules, seed: int) -> dict[str, Any]:
    """Return what inconclusive runs say they need over what they need in truth."""
    said = [
        found.needed
        for rng in _seeds(seed, worlds, queries)
        if (found := gate.judge(drawn(queries, Effect(rules.planned_gain), rng), {}, rules)).verdict == "INCONCLUSIVE"
    ]
    truth = _truly_needed(int(np.median([one for one in said if one])), worlds, rules, seed + 1)
    ratios = np.array([one for one in said if one is not None]) / truth
    low, median, high = np.quantile(ratios, [0.05, 0.5, 0.95])
    return {
        "queries": queries,
        "truth": truth,
        "ratio": round(float(median), 3),
        "ratio_5_to_95": [round(float(low), 3), round(float(high), 3)],
        "within_1.5": round(float(np.mean((ratios < 1.5) & (ratios > 1 / 1.5))), 3),
    }


def _truly_needed(guess: int, worlds: int, rules: GateRules, seed: int) -> int:
    """Return how many queries show the planned gain with the planned power in the look after a first one."""
    level = rules.base(2)
    tried = [round(guess * factor) for factor in (0.5, 0.7, 0.85, 1.0, 1.2, 1.45, 1.8)]
    shown = []
    for queries in tried:
        lows = [
            bootstrap.drawn(s.candidate - s.live, s.groups, rules.resamples, rules.seed).interval(level).low
            for rng in _seeds(seed, worlds, queries)
            for s in [drawn(queries, Effect(rules.planned_gain), rng)]
        ]
        shown.append(_share(low > 0 for low in lows))
    return round(float(np.interp(rules.planned_power, np.maximum.accumulate(shown), tried)))


def _seeds(seed: int, worlds: int, queries: int) -> Iterator[np.random.Generator]:
    return (np.random.default_rng([seed, queries, n]) for n in range(worlds))


def _share(found: Iterable[bool]) -> float:
    return round(float(np.mean(list(found))), 4)
