"""A tenant whose events go the whole way: read as `emit` reads them, stored by the streams, indexed and searched."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from operations.events import Problem, read_events
from schemas.envelope import Event
from stores.settings import Settings
from tests.indexer.world import World, live
from tests.streams.world import NOW
from tests.streams.world import World as Streams

TENANT = b'"acme"'
"""The tenant in the input files; a test sends them as its own."""


@dataclass
class House:
    """The streams and the index of one tenant. `inputs` is the folder of the case."""

    streams: Streams
    world: World
    inputs: Path
    serves: bool = False

    def content(self, name: str) -> bytes:
        """Return an input file, in the test's own tenant."""
        return (self.inputs / name).read_bytes().replace(TENANT, f'"{self.world.tenant}"'.encode())

    def emit(self, *names: str) -> list[Problem]:
        """Send files as `tidewheel emit` does, one after the other; return what was wrong with their lines."""
        problems = list[Problem]()
        for name in names:
            read = list(read_events(self.content(name).splitlines(keepends=True), NOW))
            problems += [item for item in read if isinstance(item, Problem)]
            self.streams.feed(*(item for item in read if isinstance(item, Event)))
        return problems

    def send(self, topic: str, *names: str) -> None:
        """Put the lines of files on a topic as they are, as any producer can."""
        for name in names:
            self.streams.process(self.streams.records(topic, self.content(name).splitlines()))

    def index(self) -> None:
        """Let the indexer apply everything; the first time its collection goes live."""
        if self.serves:
            self.world.fill()
        else:
            live(self.world)
            self.serves = True

    def search(self, words: str, *groups: str, k: int = 10) -> list[str]:
        """Return the documents that a member of these groups finds, best first."""
        (answer,) = self.world.searcher.search(self.world.tenant, [words], frozenset(groups), k)
        return [found.document for found in answer.results]

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Ask the warehouse; `{tenant:String}` is the test's tenant."""
        return self.streams.rows(sql)

    def letters(self) -> list[dict[str, Any]]:
        """Return code and reason of every dead letter."""
        return self.rows("SELECT topic, offset, code, reason FROM dead_letters FINAL ORDER BY topic, offset")


@contextmanager
def house_of(stack: Settings, world: World, inputs: Path) -> Iterator[House]:
    """Give a house on a database of its own."""
    streams = Streams(stack, world.tenant, signing=world.signing)
    try:
        yield House(streams, replace(world, warehouse=streams.warehouse), inputs)
    finally:
        streams.remove()
