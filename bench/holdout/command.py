"""`python -m bench holdout`: a year of training runs, one a month: does what tested ever teach, or the reverse?

The documents are the demo's real texts (`bench.holdout.history`): they come, are renamed, edited, copied and removed;
people search for them in wordings of their own and sometimes open a wrong one. At the end of each month the run's sides
are made by the real rules with the memory of all runs before, and an oracle that knows every document by its first
name, every copy by whose text it has, and every query by its words counts what did the other thing before.

tested_then_taught   documents and queries that teach in a month and tested in one before, over the year (goal: 0)
taught_then_tested   the reverse (goal: 0)
at_once              both in one run (goal: 0)
months               by month: distinct `queries`, how many `tested`; shares of the queries that can still be tested
                     (`testable`) and that teach (`teaching`); examples that do neither, by cause (`unused`)
testable_kept        the last month's share that can still be tested over the first month's
beside               the same sums where sides follow from the hash alone, without a memory (`hash_alone`), and where
                     they are drawn anew in each run (`anew`)

Exit code 1 when a goal is missed, 2 for the set-up. `--sabotage` runs a wrong implementation, which must end with 1.
Progress goes to stderr; the last line of stdout is JSON.
"""

import argparse
import time
from typing import Any

import orjson

from bench.holdout.history import months
from bench.holdout.sabotage import SABOTAGE, sabotaged
from bench.holdout.year import ANEW, HASH_ALONE, MEMORY, year
from bench.output import load, machine, say
from demo.corpus import CorpusSize, load_corpus
from stores.errors import Misconfigured
from stores.exit_codes import command_status

FULL, QUICK = (600, 700), (150, 250)
"""Documents of each group of the demo, and searches of a month."""

COUNTED = ("tested_then_taught", "taught_then_tested", "at_once")


def main(arguments: list[str]) -> int:
    """Run the benchmark, print its figures; return 0 when nothing overlaps, 1 when something does, 2 for the set-up."""
    given = _parser().parse_args(arguments)
    report: dict[str, Any] = {"load_start": load(), "machine": machine()}
    began = time.monotonic()
    documents, searches = QUICK if given.quick else FULL
    try:
        with sabotaged(given.sabotage):
            report |= measured(given.documents or documents, given.searches or searches, given.seed)
    except Misconfigured as error:
        say(str(error))
        return command_status(error)
    report |= {"quick": given.quick, "seed": given.seed, "load_end": load()}
    report |= {"seconds": round(time.monotonic() - began)}
    report |= {"sabotage": given.sabotage} if given.sabotage else {}
    print(orjson.dumps(report).decode(), flush=True)
    return 1 if any(report[name] for name in COUNTED) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench holdout", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help=f"{QUICK[0]} documents of each group instead of {FULL[0]}")
    parser.add_argument("--documents", type=int, default=0, help="documents of each group instead")
    parser.add_argument("--searches", type=int, default=0, help="searches of a month instead")
    parser.add_argument("--seed", type=int, default=1, help="of what happens (default: 1)")
    parser.add_argument("--sabotage", choices=("", *SABOTAGE), default="", help="run a wrong implementation")
    return parser


def measured(documents: int, searches: int, seed: int) -> dict[str, Any]:
    """Return the figures of one company."""
    corpus = load_corpus(CorpusSize(documents=documents, per_service=documents))
    found, beside = list[dict[str, Any]](), dict[str, Any]()
    for way in (MEMORY, HASH_ALONE, ANEW):
        rows = year(months(corpus, searches, seed), way)
        sums = {name: sum(row[name] for row in rows) for name in COUNTED}
        say(f"{way}: {sums}")
        if way == MEMORY:
            found, kept = rows, sums
        else:
            beside[way] = sums | {"testable": [row["testable"] for row in rows]}
    ratio = found[-1]["testable"] / found[0]["testable"] if found[0]["testable"] else 0.0
    return {**kept, "testable_kept": round(ratio, 3), "months": found, "beside": beside}
