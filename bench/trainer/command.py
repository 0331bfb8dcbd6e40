"""`python -m bench trainer`: what training gains, rung by rung, beside a plain script, words and the base model.

Documents, queries and clicks are those of `bench recipe`: AWS documents of 24 services, headings that people wrote,
people of the demo who click on what the base model serves; an exact share of the lessons is wrong. Queries that judge
seek documents that no lesson shows. The trainer's own process learns, and the plain script of the library has the same
pairs and the same time. It learns the first simulation of each share at three rates; the one that is best on the test
queries, by true labels, learns the others, too, and counts. Ours is the rung that a training run would choose on its
validation queries, by clicks of a few people on what the base model serves, corrected for what they were shown.

served_base, served_plain, served_ours       mean nDCG@10 as a search ranks, by true labels
interval_ours_minus_base, ..._minus_plain    mean, low, high: 95 % over groups of queries, of the mean over seeds
relative_gain_dense, relative_gain_served    over the base model: vectors alone (rung full), as served (ours)
guard_change                                 on services that nobody clicked on: mean, low, high
pairs_per_s, vs_plain_pairs_per_s            of training itself; rss_mib_peak of any process of it
arms                                         every rung, rate and words: gain with interval, seconds

The first figures are of 20 % wrong clicks; `shares` has all, `missed` the goals that they do not reach. Rungs that a
run tries only where they are named are measured with the first simulation of 20 %. Parts are kept in --directory and
taken up again. Progress goes to stderr; the last line is JSON. Exit code 0, 1 when a part failed or a goal was missed
(the quick world has none), 2 for the set-up.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from bench.output import load as load_average
from bench.output import machine, say
from bench.recipe import making, sweeping, world
from bench.recipe.world import Lessons, World
from bench.trainer import summary
from bench.trainer.arms import Arms, Line
from retrieval.config import EncoderConfig
from retrieval.encoders import Encoder, use_threads
from stores.errors import Misconfigured, TidewheelError
from stores.exit_codes import command_status
from stores.shelf import base_model
from trainer.learning.job import FitRules
from trainer.learning.query_encoder import QueryRules

_LEAST_S = 5.0
FULL = making.WorldSize()
QUICK = making.WorldSize(("autoscaling", "elbv2", "iam", "kms"), 25, False, 64, (1,), (0.2,), 500)
_HEADLINE = 0.2
_OTHERS = ("top_layers", "masked")
"""Rungs that a run learns in the place of `full` where `training.fit.rung` names them."""


def main(arguments: list[str]) -> int:
    """Run what is missing, print the figures; 1 when a part failed, 2 for the set-up."""
    given = _parser().parse_args(arguments)
    began, report = time.monotonic(), {"load_start": load_average(), "machine": machine(), "quick": given.quick}
    try:
        with tempfile.TemporaryDirectory() as scratch:
            directory = Path(given.directory or scratch)
            report |= _measured(directory, QUICK if given.quick else FULL, began + 60 * given.minutes)
    except Misconfigured as error:
        say(str(error))
        return command_status(error)
    report |= {"load_end": load_average(), "seconds": round(time.monotonic() - began)}
    print(orjson.dumps(report).decode(), flush=True)
    return 1 if report["failed"] or report["missed"] else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench trainer", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a small world, one seed, 20 %% wrong: under 8 minutes")
    parser.add_argument("--directory", help="where world, vectors and results are kept and taken up again")
    parser.add_argument("--minutes", type=float, default=60.0, help="no part begins after this (default: 60)")
    return parser


def _measured(directory: Path, size: making.WorldSize, until: float) -> dict[str, Any]:
    directory.mkdir(parents=True, exist_ok=True)
    path, results = directory / "world.json", directory / "results.jsonl"
    if not path.is_file():
        config = EncoderConfig()
        use_threads(config.threads)
        world.save(making.made(size, Encoder(base_model(), config)), path)
    known = world.load(path)
    failed = _run(known, directory, results, until)
    lines = [line for line in sweeping.done(results) if "error" not in line]
    groups = {side: [one.group for one in getattr(known, side)] for side in ("test", "guard")}
    wanted = {(lessons.seed, lessons.wrong) for lessons in known.lessons}
    whole = {
        (lessons.seed, lessons.wrong) for lessons in known.lessons
        if _names(known, lessons, lines) <= {line["arm"] for line in lines if _of(line, lessons.seed, lessons.wrong)}
    }  # fmt: skip
    usable = [line for line in lines if (line["seed"], line["wrong"]) in whole]
    shares = [summary.of_share(usable, groups, wrong) for wrong in sorted({wrong for _, wrong in whole})]
    headline = next((one for one in shares if one["wrong"] == _HEADLINE), shares[0] if shares else {})
    queries = {side: len(getattr(known, side)) for side in ("test", "validation", "guard")}
    return headline | {
        "documents": len(known.names), "queries": queries, "lessons": len(known.lessons[0].rows),
        "missing": len(wanted - whole), "failed": failed, "shares": shares,
        "missed": summary.missed(headline) if size == FULL else [],
    }  # fmt: skip


def _run(known: World, directory: Path, results: Path, until: float) -> list[str]:
    """Run the parts that are not there, each a line as soon as it is done, those of the headline first.

    Returns what failed.
    """
    done = {(line["arm"], line["seed"], line["wrong"]) for line in sweeping.done(results) if "error" not in line}
    arms, failed = Arms(known, directory), list[str]()
    for lessons in sorted(known.lessons, key=lambda each: each.wrong != _HEADLINE):
        for name, part in _parts(known, arms, lessons, results):
            if (name, lessons.seed, lessons.wrong) in done or time.monotonic() > until:
                continue
            say(f"{name}, seed {lessons.seed}, {lessons.wrong:.0%} wrong")
            try:
                line = part()
            except TidewheelError as error:  # one part must not cost the others
                failed.append(f"{name}: {error}")
                continue
            with results.open("a") as file:
                file.write(json.dumps({"arm": name, "seed": lessons.seed, "wrong": lessons.wrong} | line) + "\n")
    return failed


def _parts(known: World, arms: Arms, lessons: Lessons, results: Path) -> Iterator[tuple[str, Callable[[], Line]]]:
    rows, rules = lessons.rows, FitRules(seed=lessons.seed)
    at = f"s{lessons.seed}-w{round(100 * lessons.wrong)}"
    yield "base", lambda: arms.base(reweighted=False)
    yield "weights", lambda: arms.base(reweighted=True)
    yield "bm25", lambda: arms.words(rows, clicked=False)
    yield "bm25 with clicked queries", lambda: arms.words(rows, clicked=True)
    yield "query_map", lambda: arms.mapped(rows)
    yield "query_encoder", lambda: arms.query_encoder(f"queries-{at}", rows, QueryRules(seed=lessons.seed))
    yield "full", lambda: arms.fitted(f"full-{at}", rows, rules)
    if (lessons.seed, lessons.wrong) == (min(each.seed for each in known.lessons), _HEADLINE):
        for rung in _OTHERS:
            yield rung, partial(arms.fitted, f"{rung}-{at}", rows, FitRules(seed=lessons.seed, rung=rung))
    for rate in _rates(known, lessons, sweeping.done(results)):
        yield summary.plain(rate), partial(_plain, arms, f"plain-{rate:g}-{at}", lessons, rules, rate, results)


def _plain(arms: Arms, name: str, lessons: Lessons, rules: FitRules, rate: float, results: Path) -> Line:
    return arms.plain(name, lessons.rows, rules, rate, _as_long(results, lessons))


def _as_long(results: Path, lessons: Lessons) -> float:
    """Return the seconds that the trainer's own process learned with these lessons."""
    spent = [
        float(line["train_s"]) for line in sweeping.done(results)
        if line.get("arm") == "full" and _of(line, lessons.seed, lessons.wrong)
    ]  # fmt: skip
    return max([_LEAST_S, *spent])


def _rates(known: World, lessons: Lessons, lines: Sequence[Line]) -> tuple[float, ...]:
    seeds = [each.seed for each in known.lessons if each.wrong == lessons.wrong]
    return summary.rates([line for line in lines if line["wrong"] == lessons.wrong], lessons.seed, min(seeds))


def _names(known: World, lessons: Lessons, lines: Sequence[Line]) -> set[str]:
    plain = {summary.plain(rate) for rate in _rates(known, lessons, lines)}
    return {"base", "weights", "bm25", "bm25 with clicked queries", "query_map", "query_encoder", "full"} | plain


def _of(line: Line, seed: int, wrong: float) -> bool:
    return (line["seed"], line["wrong"]) == (seed, wrong)
