"""`python -m bench drift`: how often drift asks without cause, and how soon it finds one.

Simulated companies ask real questions (awscli's headings) and live through quiet and drifting histories day by day
(`bench.drift.scenarios`). The product's own rules take the reference, calibrate, measure, judge and ask; stores are not
involved. The rules' defaults were chosen on other seeds than those that are judged here.

false_requests_per_90_days      by quiet scenario: rate, and its upper bound of 95 %, every trip counted
drift                           by drifting scenario: share found within two windows with its interval of 95 %, median
                                delay in windows and in days
requests_with_refusals_90_days  of a drift that lasts while every candidate is refused: mean and most
after_cutover_...               of the watch after a cutover (`bench.drift.since_cutover`), by how many people search:
                                share of watches of 28 days that ask for a rollback without cause; share of losses that
                                are missed, and the median day on which the others are found
languages                       by language, parallel questions with 30 % of another subject: area under the curve of
                                the domain classifier; `unseen`, where no two people ask about one thing
languages_auc_lost              the most of it that a language loses against English
peers                           the same three of River and Evidently, as installed, on the same windows, on `peer_runs`
                                runs a scenario; every window in which a detector alarms is a request
ms_per_window                   median CPU milliseconds that measuring and judging a window takes under default rules

Goals: upper bound of false requests at most 1; found within two windows 0.9 of 30 % new topic, renamed terms, decay and
40 % of the text replaced, 0.8 of mild decay; median delay of 15 % topic at most 8 windows, of a slow change 12, of a
small tenant 14 days; 2 requests with refusals; 300 ms; false rollbacks 0.05; AUC lost 0.05. Exit code 1 when a goal is
missed. With few runs the bounds are wide: `--quick` judges the quiet scenarios together. Progress goes to stderr; the
last line is JSON. What was measured is kept under `--directory` and not measured again.
"""

import argparse
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import cache
from os import cpu_count
from pathlib import Path
from statistics import mean, median
from typing import Any

import orjson

from bench.drift import languages, peers, since_cutover, summary
from bench.drift.comparison import compare, of_peer
from bench.drift.questions import Remembering
from bench.drift.replay import NEVER, Run, live
from bench.drift.scenarios import DRIFT, QUIET, Scenario, named
from bench.output import load, machine, say
from streams.drift.config import DriftConfig

REFERENCE, BEFORE, JUDGED = 7, 14, 90
"""Days of the reference, of quiet before a drift begins, and of a quiet history that are judged."""

WATCHES = 10
"""Watches after a cutover, of each kind, for every run of a scenario."""

_LASTING = "topic_30"
"""The drift that lasts while candidates are refused."""

Task = tuple[str, str, int]
"""What is measured (`quiet`, `drift`, `refused`, `default`, or a library of peers), the scenario, the seed."""


def main(arguments: list[str]) -> int:
    """Run the benchmark, print its figures; return 0 when every goal is met, 1 when one is not."""
    given = _parser().parse_args(arguments)
    report: dict[str, Any] = {"load_start": load(), "machine": machine()}
    began = time.monotonic()
    seeds = range(given.seed, given.seed + (given.runs or (6 if given.quick else 40)))
    quiet = seeds[:2] if given.quick else seeds
    names = given.scenario or [one.name for one in (*QUIET, *DRIFT)]
    tasks: list[Task] = [("quiet", one.name, seed) for one in QUIET if one.name in names for seed in quiet]
    tasks += [("drift", one.name, seed) for one in DRIFT if one.name in names for seed in seeds]
    tasks += [("refused", _LASTING, seed) for seed in quiet] + [("default", "calm", given.seed)]
    libraries = peers.there() if given.peer_runs != 0 else ()
    shown = seeds[: given.peer_runs or (1 if given.quick else len(seeds))]
    tasks += [(library, name, seed) for library in libraries for name in names for seed in shown]
    tasks.sort(key=lambda task: task[2])  # so that what is kept of a part covers all scenarios
    report |= reported(_measured(tasks, given.directory, given.workers), together=given.quick)
    report |= since_cutover.measured(WATCHES * len(seeds), given.seed)
    report |= languages.measured(len(seeds), given.seed)
    report |= {"runs": len(seeds), "peer_runs": len(shown), "libraries": libraries, "quick": given.quick}
    report |= {"seed": given.seed, "load_end": load()}
    report |= {"missed": summary.missed(report), "seconds": round(time.monotonic() - began)}
    print(orjson.dumps(report).decode(), flush=True)
    return 1 if report["missed"] else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench drift", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="6 runs a drift and 2 a quiet scenario instead of 40")
    parser.add_argument("--runs", type=int, default=0, help="how many runs a scenario instead")
    parser.add_argument("--peer-runs", type=int, help="how many of them peers are shown (default: all; 0: none)")
    parser.add_argument("--scenario", nargs="*", default=[], help="only these scenarios")
    parser.add_argument("--seed", type=int, default=1, help="of the first run (default: 1)")
    parser.add_argument("--workers", type=int, default=cpu_count() or 1, help="processes (default: one a CPU)")
    parser.add_argument("--directory", type=Path, help="where runs are kept and taken up again")
    return parser


def reported(runs: dict[Task, Run], together: bool) -> dict[str, Any]:
    """Return the figures of all runs; quiet scenarios as one when `together`."""
    quiet: dict[str, list[Run]] = {}
    drift: dict[str, list[Run]] = {}
    for (kind, name, _), run in runs.items():
        if kind in ("quiet", "drift"):
            of = quiet if kind == "quiet" else drift
            of.setdefault("all" if kind == "quiet" and together else name, []).append(run)
    shown: dict[str, dict[str, list[Run]]] = {}
    for (kind, name, _), run in runs.items():
        for peer in run.peers if kind in peers.LIBRARIES else ():
            shown.setdefault(peer, {}).setdefault(name, []).append(of_peer(run, peer))
    refused = [len(run.asked) for (kind, _, _), run in runs.items() if kind == "refused"]
    rows = {name: summary.drift(named(name), found, _onset(named(name))) for name, found in drift.items()}
    return {
        "false_requests_per_90_days": {name: summary.quiet(found, JUDGED) for name, found in quiet.items()},
        "within_2_windows": {name: row["within_2_windows"] for name, row in rows.items()},
        "median_delay": {name: {"windows": row["windows"], "days": row["days"]} for name, row in rows.items()},
        "drift": rows,
        "peers": {peer: _peer(found) for peer, found in shown.items()},
        "requests_with_refusals_90_days": {"mean": round(mean(refused), 2), "most": max(refused)},
        "ms_per_window": round(median(runs[next(task for task in runs if task[0] == "default")].spent_ms), 1),
    }


def _peer(found: dict[str, list[Run]]) -> dict[str, Any]:
    """Return a peer's figures, by scenario."""
    quiet = {name: summary.quiet(runs, JUDGED) for name, runs in found.items() if not named(name).drifts}
    drift = {
        name: summary.drift(named(name), runs, _onset(named(name)))
        for name, runs in found.items()
        if named(name).drifts
    }
    return {
        "false_requests_per_90_days": {
            name: {key: row[key] for key in ("rate", "upper", "requests")} for name, row in quiet.items()
        },
        "within_2_windows": {name: row["within_2_windows"] for name, row in drift.items()},
        "median_delay": {name: {"windows": row["windows"], "days": row["days"]} for name, row in drift.items()},
    }


def _measured(tasks: Sequence[Task], directory: Path | None, workers: int) -> dict[Task, Run]:
    known = _kept(directory)
    todo = [task for task in tasks if task not in known]
    with ProcessPoolExecutor(max_workers=workers) as pool:
        for done, (task, run) in enumerate(zip(todo, pool.map(measured, todo), strict=True), start=1):
            known[task] = run
            _keep(directory, task, run)
            if done % 20 == 0 or done == len(todo):
                say(f"{done} of {len(todo)} runs")
    return {task: known[task] for task in tasks}


def measured(task: Task) -> Run:
    """Live through one run; in a process of its own."""
    kind, name, seed = task
    scenario, config = named(name), DriftConfig()
    if kind != "default":
        # p values are only shown: fewer relabellings leave every verdict as it is but for the spread by chance.
        config = config.model_copy(update={"permutations": config.calibration_permutations})
    onset = _onset(scenario)
    days = onset + scenario.lasting if scenario.drifts and kind != "refused" else REFERENCE + JUDGED
    if kind in peers.LIBRARIES:
        return compare(scenario, seed, days, onset, config, peers.peers(kind, _encoder()))
    if kind == "default":
        days = REFERENCE + 9
    if kind == "refused":
        onset = REFERENCE
    return live(scenario, seed, days, onset, config, _encoder(), refused=kind == "refused")


def _onset(scenario: Scenario) -> int:
    if not scenario.drifts:
        return NEVER
    return REFERENCE if scenario.early else REFERENCE + BEFORE


@cache
def _encoder() -> Remembering:
    return Remembering()


def _kept(directory: Path | None) -> dict[Task, Run]:
    path = directory / "runs.jsonl" if directory else None
    if path is None or not path.is_file():
        return {}
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    return {
        (kind, name, seed): Run(
            [(day, tuple(signals)) for day, signals in run["asked"]],
            run["closed"],
            run["spent_ms"],
            peers=run.get("peers", {}),
        )
        for (kind, name, seed), run in rows
    }


def _keep(directory: Path | None, task: Task, run: Run) -> None:
    if directory is None:
        return
    directory.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in asdict(run).items() if name != "runs"}
    with (directory / "runs.jsonl").open("ab") as out:
        out.write(orjson.dumps([task, kept]) + b"\n")
