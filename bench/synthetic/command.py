"""`python -m bench synthetic`: what queries of documents' own words add where few people click.

The world is that of `bench recipe`: lessons from clicks of which 20 % are wrong, queries that judge by true labels and
seek documents that no lesson shows, and a guard set of services without any click. Some lessons are drawn; the base
model learns from them alone, and from them with the queries that a training run would make of documents without clicks
(`training.synthetic`, generator extractive), in the trainer's batches and with its loss.

gain        of clicks alone over the base model, mean nDCG@10 as a search ranks, and its 95 % interval over groups
added       what the synthetic queries add to that; on guard, too

A line for each number of clicked lessons and each draw. It takes about 10 minutes for each on two CPU cores; --quick
is a small world in about 3 minutes. Progress goes to stderr; the last line is JSON. Exit code 0, or 2 for the set-up.
"""

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from bench.output import load as load_average
from bench.output import machine, say
from bench.recipe import making, world
from bench.recipe.recipes import Recipe
from bench.recipe.world import Lesson, World
from bench.synthetic import lessons
from retrieval.config import EncoderConfig
from retrieval.encoders import Encoder, use_threads
from stores.errors import Misconfigured
from stores.exit_codes import command_status
from stores.shelf import base_model
from trainer.judging.gate import GateRules, interval
from trainer.synthetic.queries import SyntheticRules

SIZE = making.WorldSize(seeds=(1,), wrong=(0.2,))
_SIDES = ("test", "guard")


def main(arguments: list[str]) -> int:
    """Learn, judge and print the figures; 2 for the set-up."""
    given = _parser().parse_args(arguments)
    began, report = time.monotonic(), {"load_start": load_average(), "machine": machine(), "quick": given.quick}
    try:
        known = _world(given)
    except Misconfigured as error:
        say(str(error))
        return command_status(error)
    counts = [32] if given.quick else given.clicked
    report |= {"documents": len(known.names), "lines": measured(known, base_model(), counts, given.draws)}
    report |= {"load_end": load_average(), "seconds": round(time.monotonic() - began)}
    print(orjson.dumps(report).decode(), flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench synthetic", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a small world, 32 clicked lessons")
    parser.add_argument("--directory", help="where the world is kept (that of `bench recipe` will do)")
    parser.add_argument("--clicked", type=int, nargs="+", default=[100, 400], help="clicked lessons (default: 100 400)")
    parser.add_argument("--draws", type=int, default=2, help="draws of them (default: 2)")
    return parser


def _world(given: argparse.Namespace) -> World:
    path = Path(given.directory) / "world.json" if given.directory else None
    config = EncoderConfig()
    use_threads(config.threads)
    if path is not None and path.is_file():
        return world.load(path)
    made = making.made(making.QUICK if given.quick else SIZE, Encoder(base_model(), config))
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        world.save(made, path)
    return made


def measured(known: World, model: Path, counts: list[int], draws: int) -> list[dict[str, Any]]:
    """Return a line for each number of clicked lessons and each draw of them."""
    from bench.recipe.scoring import Scoring
    from bench.recipe.tuning import Tuned, learn

    scoring, tuned, rules = Scoring(known), Tuned(model), SyntheticRules(generator="extractive")
    wrong = min(known.lessons, key=lambda one: abs(one.wrong - 0.2))
    base, lines = scoring.judged(tuned), list[dict[str, Any]]()

    def judged(rows: list[Lesson], draw: int) -> dict[str, Any]:
        seconds = learn(tuned.reset(), rows, known.teachable(), Recipe(), draw)
        return scoring.judged(tuned) | {"learn_s": round(seconds, 1)}

    for count in counts:
        for draw in range(1, draws + 1):
            clicked = lessons.drawn(wrong.rows, count, draw)
            tuned.reset()
            made = lessons.of_documents(
                known, clicked, rules, lambda texts: tuned.vectors(texts, EncoderConfig().max_tokens), draw
            )
            say(f"{count} clicked lessons, {len(made)} of documents, draw {draw}")
            alone, both = judged(clicked, draw), judged(clicked + made, draw)
            lines.append(line(known, base, alone, both) | {"clicked": count, "synthetic": len(made), "draw": draw})
            say(str(lines[-1]))
    return lines


def line(known: World, base: dict[str, Any], alone: dict[str, Any], both: dict[str, Any]) -> dict[str, Any]:
    """Return what is gained as served, mean and interval, on test and guard. A pure rule."""
    found: dict[str, Any] = {}
    for side in _SIDES:
        groups = [one.group for one in getattr(known, side)]
        for name, after, before in (("gain", alone, base), ("added", both, alone)):
            each = np.subtract(after[side]["each_served"], before[side]["each_served"]) / 1_000
            over = interval(each, groups, GateRules())
            found[f"{name}_{side}"] = [round(value, 4) for value in (over.mean, over.low, over.high)]
    return found | {"learn_s": [alone.get("learn_s", 0.0), both.get("learn_s", 0.0)]}
