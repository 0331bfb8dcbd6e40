"""`python -m bench freshness`: seconds from a change to its being found, through the real stack.

Short documents with a word of their own are sent to Kafka one after the other; each is searched for, twenty times a
second, until a search shows it. Streams and indexer run as services on an embedded stack, with the packaged base model.

idle       nothing else happens; goal p95 of 2 s and less
changes    other documents of the tenant get new texts, `--rate` of them a second
importing  another tenant sends so many new documents at once (20,000; quick: 400); goal p95 of 10 s and less

p50_s, p95_s  from the broker's acknowledgement to the beginning of the first search that shows the document
never_found   within the patience, with which those then count

Exit code 1 when a document was never found, 2 for the set-up. Progress goes to stderr; the last line is JSON.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import orjson

from bench.access.world import World, running
from bench.documents.population import Population
from bench.freshness.measure import Sizes, changing, measured
from bench.output import load, machine, say
from schemas.documents import EVERYONE
from stores.errors import Misconfigured, TidewheelError
from stores.exit_codes import command_status

FULL = Sizes(tries=60, rate=50.0, imported=20_000, patience_s=60.0)
QUICK = Sizes(tries=6, rate=20.0, imported=400, patience_s=60.0)
_IMPORT_AT_ONCE = 1_000


def main(arguments: list[str]) -> int:
    """Run the benchmark, print its figures; return 0 when all was found, 1 when not, 2 for the set-up."""
    given = _parser().parse_args(arguments)
    sizes = QUICK if given.quick else FULL
    report: dict[str, Any] = {"load_start": load(), "machine": machine()}
    began = time.monotonic()
    try:
        with running(given.seed) as world:
            report |= _played(world, sizes, given.scenarios)
    except Misconfigured as error:
        say(str(error))
        return command_status(error)
    report |= {"quick": given.quick, "load_end": load(), "seconds": round(time.monotonic() - began)}
    print(orjson.dumps(report).decode(), flush=True)
    played = [report[name] for name in given.scenarios]
    return 1 if any("failed" in one or one["never_found"] for one in played) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench freshness", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer changes, a smaller import: under two minutes")
    parser.add_argument("--scenarios", type=_scenarios, default=list(SCENARIOS), help="some, with commas between")
    parser.add_argument("--seed", type=int, default=1, help="of the documents (default: 1)")
    return parser


def _scenarios(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(SCENARIOS):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(SCENARIOS)}")
    return names


def _played(world: World, sizes: Sizes, names: list[str]) -> dict[str, Any]:
    first = [world.population.new({EVERYONE}) for _ in range(200)]
    world.send(first)
    others = [change.document for change in first]
    world.until_found(others, frozenset({EVERYONE}))
    found: dict[str, Any] = {}
    for name in names:
        try:
            found[name] = SCENARIOS[name](world, others, sizes)
        except TidewheelError as error:
            found[name] = {"failed": str(error)}
        say(f"{name}: {found[name]}")
    return found


def _idle(world: World, others: list[str], sizes: Sizes) -> dict[str, Any]:
    return measured(world, sizes)


def _changes(world: World, others: list[str], sizes: Sizes) -> dict[str, Any]:
    with changing(world, others, sizes.rate) as rate:
        found = measured(world, sizes)
        return found | {"changes_a_second": rate()}


def _importing(world: World, others: list[str], sizes: Sizes) -> dict[str, Any]:
    importer = world.of(Population("importer", 2, "import"))
    for start in range(0, sizes.imported, _IMPORT_AT_ONCE):
        count = min(_IMPORT_AT_ONCE, sizes.imported - start)
        importer.crowd([importer.population.new({EVERYONE}) for _ in range(count)])
    return measured(world, sizes, pause_s=1.0) | {"imported": sizes.imported}


SCENARIOS: dict[str, Callable[[World, list[str], Sizes], dict[str, Any]]] = {
    "idle": _idle,
    "changes": _changes,
    "importing": _importing,
}
