"""What the scenarios run on: an embedded stack with streams and indexer under its supervisor, and its searches."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.documents.oracle import Oracle
from bench.documents.population import Change, Population, send
from bench.documents.searching import Asked, Search, ask, searcher
from bench.output import say
from bench.sender import Record, Sender
from bench.stack import Stack
from console.embedded_stack import services
from embedded import control
from schemas.topics import TOPICS
from stores import kafka
from stores.errors import Retryable, TidewheelError

TENANT = "access"
NEEDED = ("streams", "indexer")
PATIENCE_S = 300.0
"""How long preparations may take before the benchmark gives up."""


class Unready(Retryable):
    """Something that a scenario needs before it begins did not come about."""


@dataclass
class World:
    """One tenant's documents, what is so of them, and those who search for them."""

    stack: Stack
    search: Search
    sender: Sender
    oracle: Oracle
    population: Population

    def deliver(self, records: Sequence[Record]) -> None:
        """Send records and return when the broker has them."""
        self.sender.deliver(records)

    def send(self, changes: Sequence[Change]) -> float:
        """Send changes; return when the broker had acknowledged them, which is when they hold for the oracle."""
        acknowledged = send(changes, self.deliver, self.oracle)
        for change in changes:
            self.oracle.stored(change.event, acknowledged)
        return acknowledged

    def ask(self, queries: Sequence[str], groups: frozenset[str], k: int = 10) -> list[Asked]:
        """Search, again after a moment while a store or the indexer is away; raises `Unready` after `PATIENCE_S`."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return ask(self.search, self.population.tenant, queries, groups, k)
            except TidewheelError as error:
                if time.monotonic() > deadline:
                    raise Unready(f"searches fail: {error}") from error
                time.sleep(0.5)

    def until_found(self, documents: Sequence[str], groups: frozenset[str]) -> None:
        """Wait until a member of `groups` finds each document by its own word. Raises `Unready` after `PATIENCE_S`."""
        waiting, deadline = list(documents), time.monotonic() + PATIENCE_S
        while waiting:
            part = waiting[:20]
            asked = self.ask([self.population.word(document) for document in part], groups)
            missed = [name for name, one in zip(part, asked, strict=True) if name not in one.documents]
            waiting = missed + waiting[20:]
            if missed:
                if time.monotonic() > deadline:
                    raise Unready(f"{len(waiting)} documents are not found, {missed[0]} for one")
                time.sleep(0.5)

    def process(self, name: str) -> int:
        """Return the process id of a service. Raises `Unready` when it does not run."""
        for program in control.status(self.stack.home):
            if program.name == name and program.pid:
                return program.pid
        raise Unready(f"the service {name} does not run")


@contextmanager
def running(seed: int, bound_s: float, wrong: Callable[[Stack], Search] | None = None) -> Iterator[World]:
    """Run a stack for the length of the block; `wrong` gives another search than the product's."""
    with tempfile.TemporaryDirectory(prefix="tidewheel-access-") as directory:
        home = Path(directory) / "home"
        chosen = [service for service in services(home) if service.name in NEEDED]
        endpoints = {"home": str(home), **control.start_in_background(home, chosen, tied=True)}
        try:
            stack = Stack(endpoints, {})
            kafka.ensure_topics(stack.bootstrap, TOPICS.values())
            search = wrong(stack) if wrong else searcher(stack.settings())
            yield World(stack, search, Sender(stack.bootstrap), Oracle(bound_s), Population(TENANT, seed))
        finally:
            control.down(home)
            say("the stack is stopped")
