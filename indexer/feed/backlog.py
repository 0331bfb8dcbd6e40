"""What one collection has still to apply, as far as is known, and in which order.

Deletions come first, then changes of lists: neither needs a model. Then text: a document counts as though it had
arrived a minute earlier for each person who uses it, ten at most. So what many use comes soon, and nothing waits for
anything that arrived more than ten minutes after it.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

from indexer.feed.documents import Pending

EARLIER_US = 60_000_000
"""By how much a document counts as older for each person who uses it; microseconds."""

COUNTED_PEOPLE = 10

MOST = 20_000
"""Documents with text that are kept in memory, besides those that somebody uses."""


def due_us(at_us: int, people: int) -> int:
    """Return when a document is due, the earliest first: it arrived at `at_us`, and so many people use it. Pure."""
    return at_us - min(people, COUNTED_PEOPLE) * EARLIER_US


@dataclass(frozen=True, slots=True)
class _Waiting:
    pending: Pending
    at_us: int
    people: int

    @property
    def rank(self) -> tuple[int, str]:
        return due_us(self.at_us, self.people), self.pending.document


class Backlog:
    """Documents that wait, each once."""

    def __init__(self) -> None:
        self._gone: dict[str, Pending] = {}
        self._listed: dict[str, Pending] = {}
        self._text: dict[str, _Waiting] = {}

    def __len__(self) -> int:
        return len(self._gone) + len(self._listed) + len(self._text)

    @property
    def texts(self) -> int:
        """Return how many documents wait with a text that changed."""
        return len(self._text)

    def add(self, pending: Pending, at_us: int, people: int = 0) -> bool:
        """Add a document that changed, or put its newer state in place; return False, and keep nothing, when full."""
        before = self._text.get(pending.document)
        self.remove([pending.document])
        if pending.gone:
            self._gone[pending.document] = pending
        elif pending.light:
            self._listed[pending.document] = pending
        elif before or people or len(self._text) < MOST:
            since = min(at_us, before.at_us) if before else at_us
            self._text[pending.document] = _Waiting(pending, since, people)
        else:
            return False
        return True

    def light(self, limit: int) -> list[Pending]:
        """Return deletions, then changed lists, at most `limit`; they stay until they are removed."""
        found = [pending for _, pending in zip(range(limit), self._gone.values(), strict=False)]
        return found + [p for _, p in zip(range(limit - len(found)), self._listed.values(), strict=False)]

    def text(self, limit: int) -> list[Pending]:
        """Return the documents with changed text that are due first, at most `limit`; they stay until removed."""
        return [w.pending for w in heapq.nsmallest(limit, self._text.values(), key=lambda w: w.rank)]

    def remove(self, documents: Iterable[str]) -> None:
        """Remove documents; those that do not wait are harmless."""
        for document in documents:
            for waiting in (self._gone, self._listed, self._text):
                waiting.pop(document, None)
