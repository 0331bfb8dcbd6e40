"""`python -m bench verdicts`: whether a verdict by clicks agrees with what is true.

In a labelled world (that of `bench recipe`) one to four people search for each query, are shown what the live model
serves, and open results by the demo's click model: with 5 % and with 30 % chance also what they looked at and did not
need. Candidates are tuned models, models on the way to them and away from them, and the base model with noise, so that
some are better in truth and some are worse. The gate judges each by a sample of the clicked queries; what is true is
known from the labels. Once the base model is live, once a tuned one.

`as_judged` is by the gate's own labels, which take into account what people were shown; `clicks` by clicks as they are.
Of each: `win_when_gain`, the share of WINs where the true difference is +0.03 or more (goal: at least 0.8),
`win_when_no_gain` where it is 0 or less (goal: at most 0.05), `loss_when_gain`, and a row a candidate. Exit code 1 when
a goal is missed, 2 for the set-up. `--as-they-are` has the gate judge by clicks as they are, which must end with 1.
The gate takes people to look at rank r with chance 1/r; `--eta` has them do so with 1/r^eta, so that it is wrong.

With --directory the world and the vectors are kept, and trials begin at once the next time. The whole takes half an
hour on two cores, most of it to learn three models; --quick a small world and one model. The last line is JSON.
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson

from bench.output import load as load_average
from bench.output import machine, say
from bench.recipe import making, world
from bench.recipe.making import WorldSize
from bench.verdicts import candidates, summary
from bench.verdicts.trials import trial
from demo.clicks import ClickModel
from retrieval.config import EncoderConfig
from retrieval.encoders import Encoder, use_threads
from stores.errors import Misconfigured
from stores.exit_codes import command_status
from stores.shelf import base_model

FULL = WorldSize(lessons=1_200, seeds=(1,), wrong=(0.2, 0.4), searches=6_000)
QUICK = WorldSize(("autoscaling", "dynamodb", "elbv2", "iam", "kms", "lambda"), 60, False, 150, (1,), (0.2,), 1_500)
CARELESS = (0.05, 0.3)
"""Chances to open what was looked at and not needed."""

_WIN, _FALSE_WIN = 0.8, 0.05


def main(arguments: list[str]) -> int:
    """Run the benchmark, print its figures; return 0 when every goal is met, 1 when one is not."""
    given = _parser().parse_args(arguments)
    began = time.monotonic()
    report: dict[str, Any] = {"load_start": load_average(), "machine": machine()}
    try:
        with tempfile.TemporaryDirectory() as scratch:
            report |= _measured(given, Path(given.directory or scratch))
    except Misconfigured as error:
        say(str(error))
        return command_status(error)
    missed = missed_goals(report["as_judged"])
    report |= {"missed": missed, "quick": given.quick, "load_end": load_average()}
    report |= {"seconds": round(time.monotonic() - began)}
    print(orjson.dumps(report).decode(), flush=True)
    return 1 if missed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench verdicts", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a small world, one tuned model, fewer trials")
    parser.add_argument("--directory", help="where world and vectors are kept and taken up again")
    parser.add_argument("--trials", type=int, default=0, help="trials of each setting (default: 50, quick 10)")
    parser.add_argument("--queries", type=int, default=360, help="clicked queries that the gate sees (default: 360)")
    parser.add_argument(
        "--eta", type=float, default=ClickModel().eta, help="how strongly people prefer the top (default: 1)"
    )
    parser.add_argument("--as-they-are", action="store_true", help="judge by clicks as they are: must end with 1")
    return parser


def _measured(given: argparse.Namespace, directory: Path) -> dict[str, Any]:
    directory.mkdir(parents=True, exist_ok=True)
    size, path = QUICK if given.quick else FULL, directory / "world.json"
    if not path.is_file():
        config = EncoderConfig()
        use_threads(config.threads)
        world.save(making.made(size, Encoder(base_model(), config)), path)
    known = world.load(path)
    models = candidates.learned(known, base_model(), size.wrong, directory)
    ranked = candidates.rankings(known, candidates.candidates(models))
    sides = {side: getattr(known, side) for side in candidates.SIDES}
    trials = given.trials or (10 if given.quick else 50)
    settings, other = list[dict[str, Any]](), list[dict[str, Any]]()
    for live in (candidates.BASE, next(name for name in ranked if name.endswith("at 1"))):
        for careless in CARELESS:
            for as_are, into in ((given.as_they_are, settings), (True, other)):
                outcomes = [
                    one
                    for seed in range(trials)
                    for one in trial(
                        sides, ranked, live, seed, careless=careless, wanted=given.queries, as_are=as_are, eta=given.eta
                    )
                ]
                setting = {"live": live, "careless": careless, **summary.agreement(outcomes)}
                say(f"{'clicks as they are' if as_are else 'corrected'}: {setting}")
                into.append(setting | {"candidates": summary.by_candidate(outcomes)})
    return {
        "documents": len(known.names),
        "queries": {side: len(asked) for side, asked in sides.items()},
        "trials": trials,
        "eta": given.eta,
        "as_judged": settings,
        "clicks": other,
    }


def missed_goals(settings: list[dict[str, Any]]) -> list[str]:
    """Return which goals are missed. A pure rule."""
    missed = []
    for one in settings:
        what = f"with {one['live']} live and {one['careless']:.0%} careless"
        if (one["win_when_gain"] or 0.0) < _WIN:
            missed.append(f"win_when_gain {one['win_when_gain']} {what}")
        if (one["win_when_no_gain"] or 0.0) > _FALSE_WIN:
            missed.append(f"win_when_no_gain {one['win_when_no_gain']} {what}")
    return missed
