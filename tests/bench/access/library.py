"""A product in a dictionary: it obeys every list at once, or is wrong in one way."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import cast

from bench.access.world import World
from bench.documents.oracle import Oracle
from bench.documents.population import Population
from bench.sender import Record
from bench.stack import Stack
from indexer.search.answer import Answer
from indexer.search.shown import Found
from retrieval.access import may_see
from schemas.codec import decode
from schemas.documents import DocumentDeleted, DocumentUpserted
from schemas.topics import DOCUMENTS


class Library:
    """Documents by their events, the newest last; nothing is indexed, nothing takes time."""

    def __init__(self) -> None:
        self.events: dict[str, list[DocumentUpserted | DocumentDeleted]] = {}

    def deliver(self, records: Sequence[Record]) -> None:
        for _, key, value in records:
            event = decode(DOCUMENTS, key, value, datetime.now(UTC))
            assert isinstance(event, DocumentUpserted | DocumentDeleted)
            self.events.setdefault(event.document, []).append(event)

    def stored(self, tenant: str, events: Collection[str]) -> set[str]:
        known = {event.event_id for own in self.events.values() for event in own}
        return known & set(events)

    def search(self, tenant: str, queries: Sequence[str], groups: frozenset[str], k: int = 10) -> list[Answer]:
        return [self._answer(query, groups, k) for query in queries]

    def _answer(self, query: str, groups: frozenset[str], k: int) -> Answer:
        shown = [name for name in sorted(self.events) if self.shows(self.events[name], groups)]
        first = [name for name in shown if name.replace("-", "") == query]
        names = [*first, *(name for name in shown if name not in first)][:k]
        found = tuple(Found(name, rank, 1 / rank, "", "") for rank, name in enumerate(names, 1))
        return Answer(found, "m", "c", 1, 0.0)

    def shows(self, events: Sequence[DocumentUpserted | DocumentDeleted], groups: frozenset[str]) -> bool:
        newest = events[-1]
        return isinstance(newest, DocumentUpserted) and may_see(newest.acl or (), groups)


class Undeleting(Library):
    """Deletions are not obeyed."""

    def shows(self, events: Sequence[DocumentUpserted | DocumentDeleted], groups: frozenset[str]) -> bool:
        return super().shows([event for event in events if isinstance(event, DocumentUpserted)], groups)


class Behind(Library):
    """Every document is shown by the list before its newest."""

    def shows(self, events: Sequence[DocumentUpserted | DocumentDeleted], groups: frozenset[str]) -> bool:
        return super().shows(events[-2:-1] or events, groups)


class ByVersion(Library):
    """Of events of one version the first holds."""

    def shows(self, events: Sequence[DocumentUpserted | DocumentDeleted], groups: frozenset[str]) -> bool:
        return super().shows([next(event for event in events if event.version == events[-1].version)], groups)


def world_of(library: Library, seed: int) -> World:
    """Return a world on it, without a stack."""
    population = Population("acme", seed)
    return World(cast(Stack, None), library, library.deliver, library.stored, population, Oracle(bound_s=0.0))
