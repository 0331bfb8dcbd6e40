"""`python -m bench cutover`: cutovers and rollbacks on the real stack, under searches and document changes.

Streams, indexer and the resident search run as services on an embedded stack. People of different groups search all the
while, documents change 50 times a second (quick: 20; made, edited, narrowed, widened, deleted, made again), and one
model after the other is announced, built as a shadow, reviewed, approved, and rolled back. Each searches as well as the
packaged one, and its vectors are far from those of every other.

searches, failed    by the people; failed: an error instead of an answer
mixed               answers that name a version of the serving record with another's model or collection, or lack a
                    document that is found by its meaning alone, as a query vector of another model makes them do
resurrected, leaked deleted documents, and documents for others, in answers to searches that began after the event was
                    stored
forgotten           documents that were found 15 s before a rollback, and not by the first search after it
cutover_s_max       from the sent approval until the record has moved; `ready_s_max`: from announcement to packet
rollback_ms_max     from the operator's command to the first answer of what was the standby
refused             moves that were refused and made again, with the first reason
changes_per_s       that were sent

Exit code 1 when anything failed, mixed, leaked, came back or was forgotten, 2 for the set-up. `--sabotage` runs a wrong
implementation (`bench.cutover.sabotage`), which must end with 1. Progress goes to stderr; the last line is JSON.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from bench.access.world import PATIENCE_S, Unready, World, running
from bench.cutover import sabotage
from bench.cutover.changes import Changes
from bench.cutover.moves import Figures, Moves
from bench.cutover.people import People, Seen, mixed
from bench.cutover.questions import QUESTIONS
from bench.cutover.turned import turned
from bench.documents.oracle import Wrong
from bench.documents.population import Population
from bench.documents.searching import ResidentSearch, resident_client
from bench.output import load, machine, say
from schemas.documents import EVERYONE
from stores.errors import Misconfigured, TidewheelError
from stores.exit_codes import command_status
from stores.serving import Serving
from stores.warehouse import Warehouse

SERVICES = ("streams", "indexer", "search")


@dataclass(frozen=True, slots=True)
class Sizes:
    """Moves of each kind, documents that stand still, those that change and how often a second, and people."""

    moves: int
    still: int
    changing: int
    rate: float
    people: int


FULL = Sizes(moves=10, still=900, changing=100, rate=50.0, people=4)
QUICK = Sizes(moves=2, still=300, changing=40, rate=20.0, people=4)


def main(arguments: list[str]) -> int:
    """Run the benchmark, print its figures; return 0 when nothing was wrong, 1 when something was, 2 for the set-up."""
    given = _parser().parse_args(arguments)
    report: dict[str, Any] = {"load_start": load(), "machine": machine(), "quick": given.quick}
    began = time.monotonic()
    try:
        with running(
            given.seed,
            lambda stack: ResidentSearch(resident_client(stack.home)),
            sabotage.services(given.sabotage),
            SERVICES,
        ) as world:
            report |= _played(world, QUICK if given.quick else FULL, given.sabotage)
    except Misconfigured as error:
        say(str(error))
        return command_status(error)
    report |= {"load_end": load(), "seconds": round(time.monotonic() - began)}
    report |= {"sabotage": given.sabotage} if given.sabotage else {}
    print(orjson.dumps(report).decode(), flush=True)
    wrong = ("failed", "mixed", "resurrected", "leaked", "forgotten", "unfinished")
    return 1 if any(report[name] for name in wrong) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench cutover", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="2 moves of each kind, fewer documents: under two minutes")
    parser.add_argument("--seed", type=int, default=1, help="of the documents and their changes (default: 1)")
    parser.add_argument("--sabotage", choices=("", *sabotage.SABOTAGE), default="", help="run a wrong implementation")
    return parser


def _played(world: World, sizes: Sizes, wrong: str) -> dict[str, Any]:
    changing, questions = _filled(world, sizes)
    tenant, own_words = world.population.tenant, [world.population.word(document) for document in changing]
    moves = Moves(world.of(Population(tenant, 2, "fresh"), world.oracle), unchecked=wrong == sabotage.STALE_STANDBY)
    people = People(world.search, tenant, world.oracle, own_words, questions, sizes.people)
    changes, problem = Changes(world, changing, sizes.rate), ""
    with tempfile.TemporaryDirectory(prefix="tidewheel-models-") as directory, people, changes:
        files = [turned(Path(directory) / str(seed), seed) for seed in range(2)]
        try:
            for number in range(sizes.moves):
                moves.cut_over(f"model-{number}", files[number % 2])
                people.wait_for(sizes.people * 5)
                moves.roll_back()
                people.wait_for(sizes.people * 5)
        except TidewheelError as error:
            problem = str(error)
            say(problem)
    return _report(people.seen, moves.figures, mixed(people.seen, moves.records), problem) | {
        "documents": sizes.still + sizes.changing + len(questions),
        "changes_per_s": changes.per_second,
    }


def _filled(world: World, sizes: Sizes) -> tuple[list[str], dict[str, str]]:
    """Send the documents and wait until all are indexed; return those that change, and each question's document."""
    population = world.population
    sought = [population.new({EVERYONE}, text) for text, _ in QUESTIONS]
    changing = [population.new() for _ in range(sizes.changing)]
    still = [population.new() for _ in range(sizes.still)]
    world.send([*sought, *changing, *still])
    _until_indexed(world, len(sought) + len(changing) + len(still))
    questions = {question: change.document for (_, question), change in zip(QUESTIONS, sought, strict=True)}
    return [change.document for change in changing], questions


def _until_indexed(world: World, documents: int) -> None:
    say(f"{documents:,} documents are being indexed ...")
    where, tenant = world.stack.settings(), world.population.tenant
    serving, warehouse, deadline = Serving.connect(where), Warehouse.connect(where), time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if record := serving.record(tenant):
            counts = warehouse.query("index_counts", tenant=tenant, collection=record.collection)[0]
            if counts["total"] == documents and not counts["pending"]:
                world.note_stored()
                return
        time.sleep(0.5)
    raise Unready(f"{documents:,} documents were not indexed in {PATIENCE_S:g} s")


def _report(seen: Seen, figures: Figures, mixed_answers: int, problem: str) -> dict[str, Any]:
    return {
        "searches": seen.searches,
        "failed": len(seen.failures),
        "failures": seen.failures[:3],
        "mixed": mixed_answers,
        "resurrected": seen.wrong[Wrong.RESURRECTED],
        "leaked": seen.wrong[Wrong.LEAKED] + seen.wrong[Wrong.UNKNOWN],
        "forgotten": figures.forgotten,
        "cutovers": len(figures.cutover_s),
        "rollbacks": len(figures.rollback_ms),
        "cutover_s_max": max(figures.cutover_s, default=None),
        "rollback_ms_max": max(figures.rollback_ms, default=None),
        "ready_s_max": max(figures.ready_s, default=None),
        "refused": len(figures.refused),
        "refused_first": figures.refused[:1],
        "slowest_search_s": round(seen.slowest_s, 2),
        "unfinished": problem,
    }
