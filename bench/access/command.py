"""`python -m bench access`: how fast a revocation or deletion holds in search, and whether anything leaks.

Documents with random access lists are searched by people of random groups while lists are narrowed (at a higher
version, and at the same one), widened, and documents deleted and made again; the benchmark knows each document's list.
Scenarios: `scored` (hidden documents come among visible ones); `idle`; `frozen` (the indexer under SIGSTOP);
`rolled_back` (a second model was approved, then rolled back); `backlog` (10,000 documents wait to be indexed). The
base model is the packaged MiniLM on very short texts, resident in this process.

revocation_p50_ms, .._p99_ms  from the broker's acknowledgement of the narrowing event to the beginning of the first
                              search that does not show the document; both kinds of narrowing; `same_version` apart
deletion_p50_ms, .._p99_ms    the same for deletions; `never_hidden`: within the patience, with which they then count
tries                         searches held against the lists, and questions asked before and after
leaks                         by kind. results: a document that the person's groups are not on the list of, or a
                              deleted one, in the answer to a search that began after the event was stored (its batch
                              was seen in the ledger); ranks, scores, counts: an answer over the same visible documents
                              became another when hidden ones came beside them; packets, reports: ids, words and
                              queries of documents that not everyone may see, in what operators read
reordered                     of `pairs_of_words`, answers to two words whose order became another when hidden
                              documents came: BM25 weighs words by their frequency in the whole collection. It is a
                              known limit and no leak here: "Who may see a document" in docs/ARCHITECTURE.md

Exit code 1 when anything leaked, or was never hidden, or a scenario could not be played. `--sabotage` runs a wrong
implementation (`bench.access.sabotage`), which must end with 1. Progress goes to stderr; the last line is JSON.
"""

import argparse
import random
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import orjson

from bench.access import revocations, sabotage, scenarios
from bench.access.scenarios import Cast, Sizes
from bench.access.world import World, running
from bench.documents.population import GROUPS
from bench.output import load, machine, say
from schemas.documents import EVERYONE
from stores.errors import Misconfigured, TidewheelError
from stores.exit_codes import command_status

Scenario = Callable[[World, Cast, Sizes, random.Random], dict[str, Any]]

SCENARIOS: dict[str, Scenario] = {
    "scored": scenarios.scored,
    "idle": scenarios.idle,
    "frozen": scenarios.frozen,
    "rolled_back": scenarios.rolled_back,
    "backlog": scenarios.backlog,
}
FULL = Sizes(victims=240, tries=2_400, backlog=10_000, patience_s=60.0, frozen_s=20.0, questions=1_000)
QUICK = Sizes(victims=30, tries=150, backlog=600, patience_s=10.0, frozen_s=6.0, questions=60)
CHANGING, STILL = 120, 20


def main(arguments: list[str]) -> int:
    """Run the benchmark, print its figures; return 0 when nothing leaked, 1 when something did, 2 for the set-up."""
    given = _parser().parse_args(arguments)
    report: dict[str, Any] = {"load_start": load(), "machine": machine()}
    began = time.monotonic()
    try:
        report |= _played(given)
    except Misconfigured as error:
        say(str(error))
        return command_status(error)
    report |= {"quick": given.quick, "seed": given.seed, "load_end": load()}
    report |= {"seconds": round(time.monotonic() - began)}
    report |= {"sabotage": given.sabotage} if given.sabotage else {}
    print(orjson.dumps(report).decode(), flush=True)
    return 1 if report["leaks_total"] or report["never_hidden"] or report["failed"] else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench access", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer documents and tries: under three minutes")
    parser.add_argument(
        "--scenarios", type=_scenarios, default=list(SCENARIOS), help="some of them, with commas between"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the documents, people and queries (default: 1)")
    parser.add_argument("--sabotage", choices=("", *sabotage.SABOTAGE), default="", help="run a wrong implementation")
    return parser


def _scenarios(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(SCENARIOS):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(SCENARIOS)}")
    return names


def _played(given: argparse.Namespace) -> dict[str, Any]:
    open_papers = given.sabotage == sabotage.OPEN_PAPERS
    wrong = sabotage.SEARCHES.get(given.sabotage)
    with (
        sabotage.open_papers() if open_papers else nullcontext(),
        running(given.seed, wrong, sabotage.wrong_service if open_papers else lambda service: service) as world,
    ):
        return _report(world, given)


def _report(world: World, given: argparse.Namespace) -> dict[str, Any]:
    sizes, rng = QUICK if given.quick else FULL, random.Random(given.seed)
    found: dict[str, dict[str, Any]] = {}
    failed: dict[str, str] = {}
    with scenarios.timed("making and indexing the documents"):
        cast = _cast(world, sizes)
    for number, name in enumerate(given.scenarios, 1):
        with scenarios.timed(f"{name} ({number} of {len(given.scenarios)})"):
            try:
                revocations.prepare(world, cast.victims)
                found[name] = SCENARIOS[name](world, cast, sizes, rng)
                say(f"{name}: {found[name]}")
            except TidewheelError as error:
                say(f"{name}: {error}")
                failed[name] = str(error)
    leaks = scenarios.total([one["leaks"] for one in found.values()])
    return {
        "scenarios": found,
        "failed": failed,
        "tries": sum(one["tries"] for one in found.values()),
        "leaks": leaks,
        "leaks_total": sum(leaks.values()),
        "never_hidden": sum(one.get("never_hidden", 0) for one in found.values()),
    }


def _cast(world: World, sizes: Sizes) -> Cast:
    """Make the documents and wait until they are found."""
    population = world.population
    victims = [population.new(revocations.READERS) for _ in range(sizes.victims)]
    changing = [population.new() for _ in range(CHANGING)]
    still = [population.new({EVERYONE} if number % 2 else {"board"}) for number in range(STILL)]
    world.send([*victims, *changing, *still])
    cast = Cast(*([change.document for change in part] for part in (victims, changing, still)))
    world.until_found([*cast.victims, *cast.changing, *cast.still], frozenset(GROUPS))
    return cast
