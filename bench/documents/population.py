"""The documents' life: made, changed, narrowed, widened, deleted, made again; each change is an event for Kafka.

Every document carries a word that no other has, so that a query for it finds it first, and short texts, so that
embedding them is cheap.
"""

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench.documents.oracle import Oracle
from bench.sender import Record
from schemas.codec import encode
from schemas.documents import EVERYONE, DocumentDeleted, DocumentUpserted
from schemas.topics import DOCUMENTS, key_of

GROUPS = ("sales", "law", "board", "lab", "desk")
WORDS = (
    "travel", "expense", "laptop", "leave", "contract", "salary", "budget", "office", "merger", "review", "launch",
    "training", "visa", "pension", "parking", "badge", "server", "backup", "invoice", "holiday",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One event, as it is sent, and what the oracle must know of it."""

    document: str
    event: str
    version: int
    groups: frozenset[str] | None
    record: Record


@dataclass(slots=True)
class _Document:
    version: int
    groups: frozenset[str]
    text: str
    deleted: bool = False


class Population:
    """Makes changes of one tenant's documents; not for several threads."""

    def __init__(self, tenant: str, seed: int, prefix: str = "note") -> None:
        self.tenant = tenant
        self._prefix = prefix
        self._rng = random.Random(seed)
        self._known: dict[str, _Document] = {}
        self._count = 0
        self._updated = datetime.now(UTC) - timedelta(days=1)

    def word(self, document: str) -> str:
        """Return the word that this document alone carries."""
        return document.replace("-", "")

    def query(self) -> str:
        """Return a query for nothing in particular."""
        return " ".join(self._rng.sample(WORDS, 2))

    def new(self, groups: Iterable[str] | None = None, text: str | None = None) -> Change:
        """Make a document, for these groups or for random ones, with this text or a random one."""
        document = f"{self._prefix}-{len(self._known):05d}"
        chosen = self.lists() if groups is None else frozenset(groups)
        self._known[document] = _Document(1, chosen, self._text() if text is None else text)
        return self._upserted(document)

    def change(self, document: str) -> Change:
        """Give a document another text at the next version; one that was deleted is there again."""
        known = self._known[document]
        known.version, known.text, known.deleted = known.version + 1, self._text(), False
        return self._upserted(document)

    def relist(self, document: str, groups: Iterable[str], same_version: bool = False) -> Change:
        """Give a document another list, the text unchanged, at the next version or at the same with a later date."""
        known = self._known[document]
        known.groups, known.deleted = frozenset(groups), False
        known.version += not same_version
        return self._upserted(document)

    def delete(self, document: str, same_version: bool = False) -> Change:
        """Delete a document, at the next version or at the same: a deletion wins a tie."""
        known = self._known[document]
        known.version, known.deleted = known.version + (not same_version), True
        event = DocumentDeleted(
            event_id=self._event(), tenant=self.tenant, occurred_at=datetime.now(UTC),
            document=document, version=known.version,
        )  # fmt: skip
        return Change(document, event.event_id, known.version, None, (DOCUMENTS.name, key_of(event), encode(event)))

    def any(self, documents: Sequence[str]) -> Change:
        """Return a random change of one of these documents."""
        rng, document = self._rng, self._rng.choice(documents)
        known = self._known[document]
        if known.deleted:
            return self.change(document)
        kind = rng.random()
        if kind < 0.25:
            return self.delete(document, same_version=kind < 0.08)
        if kind < 0.45:
            return self.change(document)
        narrower = frozenset(group for group in known.groups if rng.random() < 0.5)
        groups = narrower if kind < 0.8 and known.groups else self.lists()
        same = kind < 0.6 and groups < known.groups  # which of two wins at one version is said for narrowing alone
        return self.relist(document, groups, same)

    def lists(self) -> frozenset[str]:
        """Return a random list: everyone, one group, or two."""
        kind = self._rng.random()
        return frozenset({EVERYONE} if kind < 0.2 else self._rng.sample(GROUPS, 1 if kind < 0.6 else 2))

    def person(self) -> frozenset[str]:
        """Return a random person's groups: none to three."""
        return frozenset(self._rng.sample(GROUPS, self._rng.randrange(4)))

    def _upserted(self, document: str) -> Change:
        known = self._known[document]
        self._updated += timedelta(seconds=1)
        event = DocumentUpserted(
            event_id=self._event(), tenant=self.tenant, occurred_at=datetime.now(UTC),
            document=document, version=known.version, app="wiki", title=f"About {self.word(document)}",
            body=known.text, acl=tuple(sorted(known.groups)), updated_at=self._updated,
        )  # fmt: skip
        record = (DOCUMENTS.name, key_of(event), encode(event))
        return Change(document, event.event_id, known.version, known.groups, record)

    def _event(self) -> str:
        self._count += 1
        return f"{self._prefix}-change-{self._count:07d}"

    def _text(self) -> str:
        return " ".join(self._rng.sample(WORDS, 6))


def send(changes: Sequence[Change], deliver: Callable[[Sequence[Record]], None], oracle: Oracle) -> float:
    """Send changes; return when the broker had acknowledged all of them (monotonic seconds)."""
    now = time.monotonic()
    for change in changes:
        oracle.sent(change.document, change.event, change.version, change.groups, now)
    deliver([change.record for change in changes])
    return time.monotonic()
