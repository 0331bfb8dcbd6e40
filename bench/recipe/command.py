"""`python -m bench recipe`: which rate, temperature, passes and batches learn best from clicks of which some are wrong.

A labelled world is made of the demo's source: documents of 24 services, headings that people wrote, and people of the
demo who click on what the base model serves. A share of the lessons is wrong, exactly. Queries that judge seek
documents that no lesson shows; those on guard seek services that nobody clicked on. A broad look tries many recipes
with 20 % wrong lessons; a close look tries the best of them with 0, 20 and 40 %, and the very best with one choice
changed at a time. The best are chosen by the validation queries as served; the table is of the test queries.

A row gives the recipe, the share of wrong lessons, and the gain in nDCG@10 over the base model: `test_dense` by vectors
alone and `test_served` as a search ranks, by true labels, with 95 % intervals over groups of queries and the mean over
the seeds; `test_served_clicks` the same by the labels that clicks would give; `guard_served` on guard.

It runs on a GPU where there is one, and a full sweep needs one: some hundred runs of seconds each. --quick tries two
recipes on a small world in minutes on a CPU. With --directory a cut sweep goes on where it was. The last line of stdout
is JSON; progress goes to stderr. Exit code 0, or 2 for the set-up.
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson

from bench.output import load as load_average
from bench.output import machine, say
from bench.recipe import making, recipes, summary, sweeping, world
from bench.recipe.recipes import LIBRARY, MOST
from retrieval.config import EncoderConfig
from retrieval.encoders import Encoder, use_threads
from stores.errors import Misconfigured
from stores.exit_codes import command_status
from stores.shelf import base_model

_BROAD = 0.6
"""Share of the time for the broad look."""

_BEST = 5
_SHOWN = 60


def main(arguments: list[str]) -> int:
    """Run the sweep and print its table; 2 for the set-up."""
    given = _parser().parse_args(arguments)
    began, report = time.monotonic(), {"load_start": load_average(), "machine": machine()}
    try:
        with tempfile.TemporaryDirectory() as scratch:
            report |= _swept(given, Path(given.directory or scratch), began + 60 * given.minutes)
    except Misconfigured as error:
        say(str(error))
        return command_status(error)
    report |= {"quick": given.quick, "load_end": load_average(), "seconds": round(time.monotonic() - began)}
    print(orjson.dumps(report).decode(), flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench recipe", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="two recipes on a small world")
    parser.add_argument("--directory", help="where the world and the results are kept and taken up again")
    parser.add_argument("--processes", type=int, default=1, help="tries at once; about one for each CPU beside a GPU")
    parser.add_argument("--minutes", type=float, default=60.0, help="no try begins after this (default: 60)")
    return parser


def _swept(given: argparse.Namespace, directory: Path, until: float) -> dict[str, Any]:
    directory.mkdir(parents=True, exist_ok=True)
    size = making.QUICK if given.quick else making.WorldSize()
    known, results = _world(directory / "world.json", size), directory / "results.jsonl"

    def look(tries: list[recipes.Try], end: float) -> list[dict[str, Any]]:
        say(f"{len(tries)} tries")
        sweeping.sweep(directory / "world.json", base_model(), results, [None, *tries], given.processes, end)
        return sweeping.done(results)

    if given.quick:
        lines = look(recipes.tries((MOST, LIBRARY), size.seeds, size.wrong[-1]), until)
    else:
        now, usual = time.monotonic(), size.wrong[len(size.wrong) // 2]
        lines = look(recipes.grid(size.seeds, usual), now + _BROAD * (until - now))
        lines = look(recipes.close_look(summary.best(lines, _BEST), size.seeds, size.wrong), until)
    return reported(lines, known)


def _world(path: Path, size: making.WorldSize) -> world.World:
    if not path.is_file():
        config = EncoderConfig()
        use_threads(config.threads)
        world.save(making.made(size, Encoder(base_model(), config)), path)
    return world.load(path)


def reported(lines: list[dict[str, Any]], known: world.World) -> dict[str, Any]:
    """Return the figures of the lines of a sweep over a world."""
    groups = {side: [one.group for one in getattr(known, side)] for side in ("test", "guard")}
    untuned = next(line for line in lines if line["key"] == sweeping.UNTUNED)
    return {
        "device": untuned["device"],
        "documents": len(known.names),
        "queries": {side: len(getattr(known, side)) for side in sweeping.SIDES},
        "base": {side: {kind: untuned[side][kind] for kind in ("dense", "served")} for side in sweeping.SIDES},
        "failed": [line["error"] for line in lines if "error" in line],
        "recipes": summary.table(lines, groups, None)[:_SHOWN],
        "over_library": [row for row in summary.table(lines, groups, LIBRARY) if row["recipe"] == MOST.label()],
    }
