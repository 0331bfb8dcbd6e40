"""`python -m bench gate`: how often the gate is wrong and what it sees, on differences whose truth is known.

The real rule judges made-up scores (`bench.gate.worlds`): zero-heavy differences in steps of ranks, alike within
groups, as noisy as those of the demo, with fifteen slices and four behaviours that differ in nothing. A candidate
without effect is as often better as worse.

without_effect   by queries: shares of `false_win` and `false_loss` at a first look, and of years with any in twelve
                 looks (`..._12_looks`), each at another candidate and other queries, which is the worst case. Beside
                 them a first look by betting (an e-value of 40), which may be looked at any time
lopsided         the same where the mean is zero because small gains and fewer, larger losses cancel, or the reverse,
                 and where most samples miss the losses (`unseen`): beyond what an interval of seen differences
                 promises, so these have no goal
power            by queries and true gain in nDCG@10: share of WINs at a first look, at a look after one without a gain,
                 and by betting; `refused` is the share that harmless slices and behaviours refuse
needed           of inconclusive runs: queries that they say would show the planned gain, over those that do in truth

Goals: false_win and false_loss, at a first look and over twelve, not surely above 0.05; power at +0.05 with 300 queries
at least 0.9; `refused` not surely above 0.05; the median of needed within a factor of 1.5. A share is surely above when
its one-sided 95 % interval is (Clopper and Pearson). Exit code 1 when a goal is missed, 2 for the set-up. `--sabotage`
runs a wrong implementation, which must end with 1. Progress goes to stderr; the last line is JSON.
"""

import argparse
import time
from typing import Any

import orjson
from scipy.special import betaincinv

from bench.gate import measures
from bench.gate.sabotage import SABOTAGE, sabotaged
from bench.gate.worlds import SHAPES, UNSEEN
from bench.output import load, machine, say
from trainer.judging.gate import GateRules

FULL, QUICK = 500, 120
"""Worlds of each measure."""

_PERMITTED, _POWER, _FACTOR = 0.05, 0.9, 1.5
_RESAMPLES = 2_000
"""Draws of each interval: fewer than a run takes, because there are tens of thousands of them."""


def main(arguments: list[str]) -> int:
    """Run the benchmark, print its figures; return 0 when every goal is met, 1 when one is not."""
    given = _parser().parse_args(arguments)
    report: dict[str, Any] = {"load_start": load(), "machine": machine()}
    began = time.monotonic()
    sizes = tuple(given.queries) or ((100, 300) if given.quick else (100, 300, 1_000))
    worlds = given.worlds or (QUICK if given.quick else FULL)
    with sabotaged(given.sabotage):
        report |= _measured(sizes, worlds, given.seed)
    missed = missed_goals(report, worlds)
    report |= {"missed": missed, "worlds": worlds, "quick": given.quick, "seed": given.seed, "load_end": load()}
    report |= {"seconds": round(time.monotonic() - began)}
    report |= {"sabotage": given.sabotage} if given.sabotage else {}
    print(orjson.dumps(report).decode(), flush=True)
    return 1 if missed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench gate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} worlds instead of {FULL}, up to 300 queries")
    parser.add_argument("--worlds", type=int, default=0, help="how many worlds instead")
    parser.add_argument("--queries", type=int, nargs="*", default=[], help="numbers of queries instead")
    parser.add_argument("--seed", type=int, default=1, help="of the worlds (default: 1)")
    parser.add_argument("--sabotage", choices=("", *SABOTAGE), default="", help="run a wrong implementation")
    return parser


def _measured(sizes: tuple[int, ...], worlds: int, seed: int) -> dict[str, Any]:
    rules = GateRules(resamples=_RESAMPLES)
    found: dict[str, Any] = {
        "without_effect": [measures.without_effect(n, SHAPES[0], worlds, rules, seed) for n in sizes]
    }
    say(f"without effect: {found['without_effect']}")
    found["power"] = [measures.power(n, gain, worlds, rules, seed) for n in sizes for gain in (0.02, 0.05, 0.1)]
    say(f"power: {found['power']}")
    found["needed"] = [measures.needed(n, worlds, rules, seed) for n in sizes if n <= 300]
    say(f"needed: {found['needed']}")
    shapes = (*SHAPES[1:], UNSEEN)
    found["lopsided"] = [measures.without_effect(n, s, worlds, rules, seed) for s in shapes for n in sizes if n <= 300]
    return found


def missed_goals(report: dict[str, Any], worlds: int) -> list[str]:
    """Return which goals the figures miss. A pure rule."""
    missed = [
        f"{name} with {row['queries']} queries"
        for row in report["without_effect"]
        for name in ("false_win", "false_loss", "false_win_12_looks", "false_loss_12_looks")
        if surely_above(row[name], worlds)
    ]
    for row in report["power"]:
        if row["gain"] == 0.05 and row["queries"] >= 300 and row["first_look"] < _POWER:
            missed.append(f"power with {row['queries']} queries")
        if surely_above(row["refused"], worlds):
            missed.append(f"refused by slices or behaviours at {row['gain']:+.2f} with {row['queries']} queries")
    missed += [
        f"needed queries seen from {row['queries']}"
        for row in report["needed"]
        if not 1 / _FACTOR < row["ratio"] < _FACTOR
    ]
    return missed


def surely_above(share: float, worlds: int, permitted: float = _PERMITTED) -> bool:
    """Tell whether a share of so many worlds is above what is permitted, and not by chance."""
    count = round(share * worlds)
    return count > 0 and float(betaincinv(count, worlds - count + 1, 0.05)) > permitted
