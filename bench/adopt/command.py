"""`python -m bench adopt`: a model from elsewhere, from its offer until it serves, and back, while people search.

All services run on an embedded stack. A company's people search in code names and click; `tidewheel adopt` offers a
model of another dimension, made of one that a package carries; the trainer judges it, the indexer builds and proves its
index, an operator approves, and rolls back. People search through the resident search all the while.

searches, failed    by the people; failed: an error instead of an answer
mixed               answers that name a version of the serving record with another's model or collection, or lack a
                    document that both models find
dimension           of the model's vectors; `dimension_before`: of the model that served
gain, low, high     nDCG@10 as served on held-out queries, with the gate's interval
judged_s            from the offer to the verdict; `ready_s`: to the packet; `cutover_s`, `rollback_s`: of the commands
served              versions of the serving record that answered, with their model

Exit code 1 when anything failed or mixed, or the model did not get live and back; 2 for the set-up. Progress goes to
stderr; the last line is JSON.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from bench.access.world import PATIENCE_S, Unready, World, running
from bench.adopt import jargon
from bench.cutover.people import People, mixed
from bench.documents import second_model
from bench.documents.searching import ResidentSearch, resident_client
from bench.output import load, machine, say
from bench.tidewheel import Ended, tidewheel
from operations import operators
from schemas.activity import DocumentOpened, FromSearch
from schemas.codec import encode
from schemas.documents import EVERYONE
from schemas.topics import CLICKS, key_of
from stores.errors import Misconfigured, TidewheelError
from stores.exit_codes import command_status
from stores.serving import Serving
from stores.warehouse import Warehouse

SERVICES = ("streams", "indexer", "search", "trainer")
_WORDS_OF_BOTH = 8
_CLICKERS = 3
_LOOK_S = 1.0
_COMMAND_S = 240.0


@dataclass(frozen=True, slots=True)
class Sizes:
    """Documents, each sought by one query, and people who search all the while."""

    documents: int
    people: int


FULL = Sizes(documents=270, people=4)
QUICK = Sizes(documents=240, people=2)


def main(arguments: list[str]) -> int:
    """Run the benchmark, print its figures; return 0 when nothing was wrong, 1 when something was, 2 for the set-up."""
    given = _parser().parse_args(arguments)
    report: dict[str, Any] = {"load_start": load(), "machine": machine(), "quick": given.quick}
    began = time.monotonic()
    try:
        with running(given.seed, lambda stack: ResidentSearch(resident_client(stack.home)), needed=SERVICES) as world:
            report |= _played(world, QUICK if given.quick else FULL, given.seed)
    except Misconfigured as error:
        say(str(error))
        return command_status(error)
    report |= {"load_end": load(), "seconds": round(time.monotonic() - began)}
    print(orjson.dumps(report).decode(), flush=True)
    return 1 if any(report[name] for name in ("failed", "mixed", "unfinished")) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench adopt", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer documents and people: some minutes")
    parser.add_argument("--seed", type=int, default=1, help="of documents and queries (default: 1)")
    return parser


def _played(world: World, sizes: Sizes, seed: int) -> dict[str, Any]:
    tenant, asked = world.population.tenant, jargon.asked(sizes.documents, seed)
    made = [world.population.new({EVERYONE}, text) for _, text in asked]
    names = [change.document for change in made]
    world.send(made)
    world.until_found(names[-_WORDS_OF_BOTH:], frozenset())
    _click(world, [(query, name) for (query, _), name in zip(asked, names, strict=True)])
    own_words = [world.population.word(name) for name in names]
    questions = dict(zip(own_words[:_WORDS_OF_BOTH], names, strict=False))
    operators.ensure(world.stack.settings(), second_model.OPERATOR, datetime.now(UTC))
    way, people = Way(world), People(world.search, tenant, world.oracle, own_words, questions, sizes.people)
    with tempfile.TemporaryDirectory(prefix="tidewheel-elsewhere-") as directory, people:
        people.wait_for(sizes.people * 5)
        problem = ""
        try:
            way.go(jargon.taught(Path(directory) / "model"), lambda: people.wait_for(sizes.people * 10))
        except TidewheelError as error:
            problem = str(error)
            say(problem)
    seen = people.seen
    return way.figures | {
        "documents": sizes.documents,
        "searches": seen.searches,
        "failed": len(seen.failures),
        "failures": seen.failures[:3],
        "mixed": mixed(seen, way.records),
        "served": {f"{version} {model}": n for (version, model, _), n in sorted(seen.answered.items())},
        "slowest_search_s": round(seen.slowest_s, 2),
        "unfinished": problem,
    }


class Way:
    """A model's way through the operator's own commands. `records` has model and collection by the record's version."""

    def __init__(self, world: World) -> None:
        self._world, self._tenant = world, world.population.tenant
        self._serving = Serving.connect(world.stack.settings())
        self._warehouse = Warehouse.connect(world.stack.settings())
        self.records: dict[int, tuple[str, str]] = {}
        self.figures: dict[str, Any] = {"package": jargon.PACKAGE, "dimension_before": 384}
        self._note()

    def go(self, model: Path, look: Any) -> None:  # noqa: ANN401  # a function without arguments
        """Adopt, judge, build, approve, roll back; `look` lets people search in between. Raises `Unready`."""
        began = time.monotonic()
        offered = self._run("adopt", str(model), "--dimensions", str(jargon.DIMENSIONS), "--json").json()
        self.figures["dimension"] = offered["dimension"]
        say(f"{offered['model']} of {offered['dimension']} dimensions is offered")
        self._judged(offered["run"])
        self.figures["judged_s"] = round(time.monotonic() - began, 1)
        digest = second_model.packet(self._world.stack, self._tenant, PATIENCE_S)["packet"]
        self.figures["ready_s"] = round(time.monotonic() - began, 1)
        look()
        self._timed("cutover_s", "approve", "--packet", digest)
        look()
        self._timed("rollback_s", "rollback")
        look()

    def _judged(self, run: str) -> None:
        until = time.monotonic() + 2 * PATIENCE_S
        while time.monotonic() < until:
            for row in self._warehouse.query("training_verdict", tenant=self._tenant, run=run):
                found = self._warehouse.query("runs_newest", tenant=self._tenant, limit=1)
                say(f"the verdict is there: {row['type']}")
                self.figures |= {name: found[0][name] for name in ("verdict", "low", "high", "look")} if found else {}
                if row["type"] != "ModelTrained":
                    raise Unready(f"the model was refused: {found[0]['reasons'] if found else ''}")
                return
            time.sleep(_LOOK_S)
        raise Unready(f"{run} has no verdict after {2 * PATIENCE_S:g} s")

    def _timed(self, figure: str, *command: str) -> None:
        began = time.monotonic()
        self._run(*command)
        self.figures[figure] = round(time.monotonic() - began, 1)
        self._note()

    def _run(self, command: str, *arguments: str) -> Ended:
        ended = tidewheel(self._world.stack, command, *arguments, "--tenant", self._tenant, timeout_s=_COMMAND_S)
        if not ended.done:
            raise Unready(f"tidewheel {command}: {ended.errors.strip()}")
        return ended

    def _note(self) -> None:
        record = self._serving.record(self._tenant)
        if record is None:
            raise Unready("nothing is live")
        self.records[record.version] = (record.model, record.collection)


def _click(world: World, sought: Sequence[tuple[str, str]]) -> None:
    """Let some people open what they sought, each a while ago, and wait until the pairs of it are stored."""
    tenant, now = world.population.tenant, datetime.now(UTC)
    events = [
        DocumentOpened(
            event_id=f"open-{number}-{person}", tenant=tenant, user=f"u{(number + 7 * person) % 50}", document=name,
            occurred_at=now - timedelta(hours=2, minutes=number + person), dwell_seconds=90.0,
            from_search=FromSearch(search=f"search-{number}-{person}", query=query, rank=1 + person),
        )
        for number, (query, name) in enumerate(sought) for person in range(_CLICKERS)
    ]  # fmt: skip
    world.deliver([(CLICKS.name, key_of(event), encode(event)) for event in events])
    warehouse, until = Warehouse.connect(world.stack.settings()), time.monotonic() + PATIENCE_S
    count = "SELECT count() AS n FROM pairs FINAL WHERE tenant = {t:String} AND kind = 'search_click'"
    while warehouse.rows(count, t=tenant)[0]["n"] < len(events):
        if time.monotonic() > until:
            raise Unready("the clicks' pairs are not stored")
        time.sleep(_LOOK_S)
