"""The table of topics: what each carries, by what key, in how many partitions, for how long."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from schemas.activity import CitationOpened, DocumentOpened, Reacted, ResultsShown, SearchServed
from schemas.documents import DocumentChange, DocumentDeleted, DocumentRenamed, DocumentUpserted
from schemas.envelope import Event
from schemas.ids import join_ids, split_ids
from schemas.learning import (
    CutoverApproved,
    CutoverDone,
    CutoverRefused,
    DriftMuted,
    ModelRefused,
    ModelTrained,
    RequestDismissed,
    RolledBack,
    ShadowReady,
    ShadowStarted,
    TrainingRequested,
    TrainingStopped,
)

MAX_EVENT_BYTES = 8 * 1024 * 1024
"""A larger value is a dead letter. Brokers must take twice that (`max.message.bytes`), so that it arrives to be one."""

DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Topic:
    """One row of the table. `retention_ms=None` means compaction by key instead of a time limit."""

    name: str
    events: tuple[type[Event], ...]
    keyed_by: Callable[[Any], str]
    partitions: int
    retention_ms: int | None

    @property
    def dead(self) -> str:
        """Return the name of the dead-letter topic."""
        return f"{self.name}.dead"


def _document(event: DocumentChange) -> str:
    return event.document


def _user(event: SearchServed | ResultsShown | DocumentOpened | CitationOpened) -> str:
    return event.user


def _target(event: Reacted) -> str:
    return event.target_id


def _whole_tenant(event: Event) -> str:
    return ""


DOCUMENTS = Topic("documents.changes", (DocumentUpserted, DocumentDeleted, DocumentRenamed), _document, 4, None)
SEARCHES = Topic("searches", (SearchServed,), _user, 4, 30 * DAY_MS)
IMPRESSIONS = Topic("impressions", (ResultsShown,), _user, 4, 30 * DAY_MS)
CLICKS = Topic("clicks", (DocumentOpened,), _user, 4, 30 * DAY_MS)
CITATIONS = Topic("citation.clicks", (CitationOpened,), _user, 4, 30 * DAY_MS)
REACTIONS = Topic("reactions", (Reacted,), _target, 4, 30 * DAY_MS)
LEARNING = Topic(
    "learning",
    (
        TrainingRequested,
        ModelTrained,
        ModelRefused,
        ShadowStarted,
        ShadowReady,
        CutoverApproved,
        CutoverRefused,
        CutoverDone,
        RolledBack,
        RequestDismissed,
        DriftMuted,
        TrainingStopped,
    ),
    _whole_tenant,
    1,
    365 * DAY_MS,
)

TOPICS: dict[str, Topic] = {
    t.name: t for t in (DOCUMENTS, SEARCHES, IMPRESSIONS, CLICKS, CITATIONS, REACTIONS, LEARNING)
}

TOPIC_OF: dict[str, Topic] = {
    get_args(event.model_fields["type"].annotation)[0]: topic for topic in TOPICS.values() for event in topic.events
}
"""Event type name to its topic."""


PRODUCED: dict[str, Topic] = {kind: topic for kind, topic in TOPIC_OF.items() if topic is not LEARNING}
"""The types that producers send. Those of the audit trail are decisions, and each is signed by whoever takes it."""


def key_of(event: Event) -> bytes:
    """Return the partition key: tenant, then what the topic is keyed by, so that one key's events keep their order."""
    topic = TOPIC_OF[type(event).__name__]
    return join_ids(event.tenant, topic.keyed_by(event)).encode()


def tenant_of_key(key: bytes) -> str:
    """Return the tenant that a partition key names; malformed UTF-8 is replaced, never an error."""
    return split_ids(key.decode("utf-8", "replace"))[0]
