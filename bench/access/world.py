"""What the scenarios run on: an embedded stack with streams and indexer under its supervisor, and its searches."""

import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.documents.oracle import Oracle
from bench.documents.population import Change, Population, send
from bench.documents.searching import Asked, Search, ask, searcher
from bench.output import say
from bench.sender import Record, Sender
from bench.stack import Stack
from console.embedded_stack import services
from embedded import control
from embedded.servers import Service
from schemas.topics import DOCUMENTS, TOPICS
from stores import kafka
from stores.errors import Retryable, TidewheelError
from stores.warehouse import Warehouse

TENANT = "access"
NEEDED = ("streams", "indexer")
PATIENCE_S = 300.0
"""How long preparations may take before the benchmark gives up."""

AT_ONCE = 20
"""Queries of one call at most."""

SHOWN = 5
"""Leaking answers that are printed each; later ones are only counted."""

_STORED = """
WITH recent AS (
    SELECT topic_id, partition, first_offset, last_offset FROM batches
    WHERE topic = {topic:String} AND processed_at > now64(3) - INTERVAL 10 MINUTE
)
SELECT DISTINCT e.event_id AS event FROM events AS e
INNER JOIN recent AS b ON b.topic_id = e.topic_id AND b.partition = e.partition
WHERE e.topic = {topic:String} AND e.tenant = {tenant:String} AND e.event_id IN {events:Array(String)}
  AND e.offset >= (SELECT min(first_offset) FROM recent) AND e.offset BETWEEN b.first_offset AND b.last_offset
"""
"""Events whose batch is in the ledger: every store has said that it has them. It is asked all the time, so it reads
only the last ten minutes; no caller waits for longer (`PATIENCE_S`)."""


class Unready(Retryable):
    """Something that a scenario needs before it begins did not come about."""


@dataclass
class World:
    """One tenant's documents, what is so of them, and those who search for them.

    `deliver` returns when the broker has the records, `stored` which of some events the ledger has. Every answer is
    held against the oracle: `tries` counts them, `leaked` what they show and should not.
    """

    stack: Stack
    search: Search
    deliver: Callable[[Sequence[Record]], None]
    stored: Callable[[str, Collection[str]], set[str]]
    population: Population
    oracle: Oracle = field(default_factory=lambda: Oracle(bound_s=0.0))
    tries: int = 0
    leaked: int = 0
    _on_the_way: set[str] = field(default_factory=set)

    def of(self, population: Population, oracle: Oracle | None = None) -> "World":
        """Return other documents on the same stack: another tenant's, unless the oracle is given that knows these."""
        return World(self.stack, self.search, self.deliver, self.stored, population, oracle or Oracle(bound_s=0.0))

    def send(self, changes: Sequence[Change]) -> float:
        """Send changes; return when the broker had acknowledged them. They hold once the ledger has them."""
        acknowledged = send(changes, self.deliver, self.oracle)
        self._on_the_way.update(change.event for change in changes)
        return acknowledged

    def crowd(self, changes: Sequence[Change]) -> None:
        """Send many changes of documents that everyone may see, without waiting until they are stored."""
        send(changes, self.deliver, self.oracle)

    def ask(self, queries: Sequence[str], groups: frozenset[str], k: int = 10) -> list[Asked]:
        """Search, again after a moment while a store or the indexer is away; raises `Unready` after `PATIENCE_S`."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                self.note_stored()
                asked = ask(self.search, self.population.tenant, queries, groups, k)
            except TidewheelError as error:
                if time.monotonic() > deadline:
                    raise Unready(f"searches fail: {error}") from error
                time.sleep(0.5)
            else:
                self._judge(asked)
                return asked

    def note_stored(self) -> None:
        """Note which of the changes on their way the ledger has by now."""
        if self._on_the_way:
            stored = self.stored(self.population.tenant, self._on_the_way)
            now = time.monotonic()  # after the answer: only searches that begin later must obey
            for event in stored:
                self.oracle.stored(event, now)
            self._on_the_way -= stored

    def _judge(self, asked: Sequence[Asked]) -> None:
        for one in asked:
            wrong = one.wrong(self.oracle)
            if wrong and self.leaked < SHOWN:
                say(f"'{one.query}' by {sorted(one.groups)} found {one.documents}: {', '.join(wrong)}")
            self.leaked += len(wrong)
            self.tries += 1

    def until_found(self, documents: Sequence[str], groups: frozenset[str]) -> None:
        """Wait until a member of `groups` finds each document by its own word. Raises `Unready` after `PATIENCE_S`."""
        waiting, deadline = list(documents), time.monotonic() + PATIENCE_S
        while waiting:
            part, rest = waiting[:AT_ONCE], waiting[AT_ONCE:]
            missed = self.unfound(part, groups)
            waiting = missed + rest
            if missed:
                if time.monotonic() > deadline:
                    raise Unready(f"{len(waiting)} documents are not found, {missed[0]} for one")
                time.sleep(0.5)

    def unfound(self, documents: Sequence[str], groups: frozenset[str]) -> list[str]:
        """Return which of some documents (`AT_ONCE` at most) a search for their own words does not show."""
        asked = self.ask([self.population.word(document) for document in documents], groups)
        return [name for name, one in zip(documents, asked, strict=True) if name not in one.documents]

    def process(self, name: str) -> int:
        """Return the process id of a service. Raises `Unready` when it does not run."""
        for program in control.status(self.stack.home):
            if program.name == name and program.pid:
                return program.pid
        raise Unready(f"the service {name} does not run")


@contextmanager
def running(
    seed: int,
    wrong: Callable[[Stack], Search] | None = None,
    changed: Callable[[Service], Service] = lambda service: service,
    needed: Collection[str] = NEEDED,
) -> Iterator[World]:
    """Run a stack for the length of the block; `wrong` gives another search than the product's, `changed` services."""
    with tempfile.TemporaryDirectory(prefix="tidewheel-access-") as directory:
        home = Path(directory) / "home"
        chosen = [changed(service) for service in services(home) if service.name in needed]
        endpoints = {"home": str(home), **control.start_in_background(home, chosen, tied=True)}
        try:
            stack = Stack(endpoints, {})
            kafka.ensure_topics(stack.bootstrap, TOPICS.values())
            search = wrong(stack) if wrong else searcher(stack.settings())
            deliver, warehouse = Sender(stack.bootstrap).deliver, Warehouse.connect(stack.settings())
            yield World(stack, search, deliver, partial(in_ledger, warehouse), Population(TENANT, seed))
        finally:
            control.down(home)
            say("the stack is stopped")


def in_ledger(warehouse: Warehouse, tenant: str, events: Collection[str]) -> set[str]:
    """Return which of a tenant's document events the ledger has. Raises `Retryable` when the warehouse is away."""
    rows = warehouse.rows(_STORED, topic=DOCUMENTS.name, tenant=tenant, events=sorted(events))
    return {row["event"] for row in rows}
