"""The figures of the trainer's benchmark, of one line for every arm, seed and share of wrong clicks. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np

from schemas.learning import RungTried
from trainer.judging.bootstrap import Array
from trainer.judging.gate import GateRules, interval
from trainer.judging.ladder import LadderRules, chosen

Line = Mapping[str, Any]
RUNGS = ("weights", "query_map", "full")
"""From the cheapest, as a training run tries them."""

BASE, PLAIN = "base", "plain"
RATES = (2e-5, 5e-5, 1e-4)
"""Peak learning rates of the plain script."""


def plain(rate: float) -> str:
    """Return the arm of the plain script at a rate."""
    return f"{PLAIN} {rate:g}"


def rates(lines: Iterable[Line], seed: int, first: int) -> tuple[float, ...]:
    """Return the rates that the plain script tries with a seed, by the lines of one share of wrong clicks.

    All with the first seed; then the one that served the test queries best there, which favours it.
    """
    served = {line["arm"]: line["test"]["served"] for line in lines if line["seed"] == first and "test" in line}
    if seed == first or any(plain(rate) not in served for rate in RATES):
        return RATES
    return (max(RATES, key=lambda rate: served[plain(rate)]),)


def of_share(lines: Sequence[Line], groups: Mapping[str, Sequence[int]], wrong: float) -> dict[str, Any]:
    """Return the figures of one share of wrong clicks; `groups` has the groups of each side's queries.

    Ours is, for every seed, the rung that a training run would look at the hold-out with; the plain script's rate is
    the one, of those that learned with every seed, that is best on the test queries, which favours it. An arm that not
    every seed has is compared with the base model of its own seeds.
    """
    part = [line for line in lines if line["wrong"] == wrong]
    seeds = sorted({line["seed"] for line in part})
    by = {(line["arm"], line["seed"]): line for line in part}
    base = [by[BASE, seed] for seed in seeds]
    ours = [by[_rung(by, seed), seed] for seed in seeds]
    rates = [arm for arm in _arms(by) if arm.startswith(PLAIN) and all((arm, seed) in by for seed in seeds)]
    best = max(rates, key=lambda arm: fmean(by[arm, seed]["test"]["served"] for seed in seeds))
    peer = [by[best, seed] for seed in seeds]
    full = [by["full", seed] for seed in seeds]
    found: dict[str, Any] = {
        "wrong": wrong,
        "seeds": len(seeds),
        "rung": [_rung(by, seed) for seed in seeds],
        "plain": best,
        "served_base": _mean(base, "served"),
        "served_plain": _mean(peer, "served"),
        "served_ours": _mean(ours, "served"),
        "interval_ours_minus_base": _interval(ours, base, groups["test"], "test", "served"),
        "interval_ours_minus_plain": _interval(ours, peer, groups["test"], "test", "served"),
        "relative_gain_dense": round(_mean(full, "dense") / _mean(base, "dense") - 1, 4),
        "relative_gain_served": round(_mean(ours, "served") / _mean(base, "served") - 1, 4),
        "guard_change": _interval(ours, base, groups["guard"], "guard", "served"),
        "pairs_per_s": _of(full, "pairs_per_s"),
        "vs_plain_pairs_per_s": _ratio(_of(full, "pairs_per_s"), _of(peer, "pairs_per_s")),
        "rss_mib_peak": _of(full, "rss_mib"),
    }
    return found | {"arms": {arm: _arm(by, arm, groups) for arm in _arms(by) if arm != BASE}}


def _arms(by: Mapping[tuple[str, int], Line]) -> list[str]:
    return sorted({arm for arm, _ in by})


def missed(found: Mapping[str, Any]) -> list[str]:
    """Return the goals that the figures of a share do not reach; all are missed where there are none."""
    reached = {
        "relative_gain_dense >= 0.15": found.get("relative_gain_dense", 0) >= 0.15,
        "relative_gain_served >= 0.08": found.get("relative_gain_served", 0) >= 0.08,
        "guard_change >= -0.01": found.get("guard_change", [-1])[0] >= -0.01,
        "vs_plain_pairs_per_s >= 0.8": (found.get("vs_plain_pairs_per_s") or 0) >= 0.8,
    }
    return [goal for goal, there in reached.items() if not there]


def _rung(by: Mapping[tuple[str, int], Line], seed: int) -> str:
    """Return the rung that a run would choose by the clicks of its validation queries; the base where none gains."""
    before = by[BASE, seed]["validation"]["served_clicks"]
    tried = [
        RungTried(
            rung=name, queries=0, gain=by[name, seed]["validation"]["served_clicks"] - before, low=0, high=0,
            seconds=by[name, seed].get("learn_s", 0.0), documents=0, passages=0,
        )
        for name in RUNGS
    ]  # fmt: skip
    best = chosen(tried, GateRules().min_gain, LadderRules().margin)
    return best.rung if best else BASE


def _arm(by: Mapping[tuple[str, int], Line], arm: str, groups: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    lines = [line for (name, _), line in sorted(by.items()) if name == arm]
    base = [by[BASE, seed] for name, seed in sorted(by) if name == arm]
    found: dict[str, Any] = {
        "seeds": len(lines),
        "gain_served": _interval(lines, base, groups["test"], "test", "served"),
    }
    if "dense" in lines[0]["test"]:
        found["gain_dense"] = _interval(lines, base, groups["test"], "test", "dense")
        found["gain_served_clicks"] = round(_mean(lines, "served_clicks") - _mean(base, "served_clicks"), 4)
    return found | {
        "guard": _interval(lines, base, groups["guard"], "guard", "served"),
        "seconds": _of(lines, "learn_s"),
    }


def _interval(
    after: Sequence[Line], before: Sequence[Line], groups: Sequence[int], side: str, kind: str
) -> list[float | None]:
    """Return mean, low and high of the change of each query's mean over the seeds: a 95 % interval."""
    change = _each(after, side, kind) - _each(before, side, kind)
    over = interval(change, groups, GateRules())
    return [round(value, 4) for value in (over.mean, over.low, over.high)]


def _each(lines: Sequence[Line], side: str, kind: str) -> Array:
    each: Array = np.asarray([line[side][f"each_{kind}"] for line in lines], dtype=np.float64).mean(axis=0) / 1_000
    return each


def _mean(lines: Sequence[Line], kind: str) -> float:
    return round(fmean(line["test"][kind] for line in lines), 4)


def _of(lines: Sequence[Line], name: str) -> float | None:
    known = [line[name] for line in lines if line.get(name) is not None]
    return round(fmean(known), 2) if known else None


def _ratio(one: float | None, other: float | None) -> float | None:
    return round(one / other, 3) if one and other else None
