"""What a producer can tell: documents that change, and what people do with a search. Checked when they are made.

An event's id names the happening, not the sending. It is made once, with the event, and stays the same however often
the event is sent: sending again changes no result. Give an id of your own where you have one, such as the number of a
change.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import uuid4

from tidewheel_sdk.errors import Invalid
from tidewheel_sdk.fields import Items, Number, Text, check

_PRINTABLE = r"[^\x00-\x1f\x7f]+"

Tenant = Annotated[str, Text(pattern=r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")]
EventId = Annotated[str, Text(1, 64, r"[!-~]+")]
Id = Annotated[str, Text(1, 256, _PRINTABLE)]
Query = Annotated[str, Text(1, 2_000, cut=True)]
Short = Annotated[str, Text(0, 2_000, cut=True)]
Rank = Annotated[int, Number(1, 10_000, cut=True)]
Count = Annotated[int, Number(0, 2**53)]
Version = Annotated[int, Number(0, 2**63 - 1)]


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return uuid4().hex


@dataclass(frozen=True)
class _Value:
    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, kw_only=True)
class Event(_Value):
    """What every event carries; `occurred_at` is when it happened, with an offset."""

    tenant: Tenant
    event_id: EventId = field(default_factory=_new_id)
    occurred_at: datetime = field(default_factory=_now)
    schema_version: Literal[1] = 1


@dataclass(frozen=True)
class Link(_Value):
    """A reference to another document, with the words that carry it."""

    target: Annotated[str, Text(1, 256, _PRINTABLE, cut=True)]
    anchor: Short = ""


@dataclass(frozen=True, kw_only=True)
class DocumentUpserted(Event):
    """A document was created or changed; the highest `version` wins, in whatever order they arrive.

    `acl` names the groups that may read it (`everyone` is all people). Without a list nobody finds it, unless the
    installation has another rule.
    """

    document: Id
    version: Version
    app: Id
    updated_at: datetime
    kind: Literal["page", "file", "ticket", "message", "conversation"] = "page"
    title: Short = ""
    body: str = ""
    links: Annotated[tuple[Link, ...], Items(most=10_000, cut=True)] = ()
    acl: Annotated[tuple[Id, ...], Items(most=10_000)] | None = None
    thread: Id | None = None
    channel: Id | None = None
    author: Id | None = None
    type: Literal["DocumentUpserted"] = "DocumentUpserted"


@dataclass(frozen=True, kw_only=True)
class DocumentDeleted(Event):
    """A document is gone; `version` orders it among the document's upserts."""

    document: Id
    version: Version
    type: Literal["DocumentDeleted"] = "DocumentDeleted"


@dataclass(frozen=True, kw_only=True)
class DocumentRenamed(Event):
    """A document has another id now. Also send it under its new id, with its list."""

    document: Id
    renamed_to: Id
    version: Version
    type: Literal["DocumentRenamed"] = "DocumentRenamed"

    def __post_init__(self) -> None:
        """Check the fields, and that the id changes."""
        check(self)
        if self.renamed_to == self.document:
            raise Invalid("DocumentRenamed.renamed_to: must be another id than document")


@dataclass(frozen=True)
class Result(_Value):
    """One result of a search; `rank` counts from 1, a higher `score` is better."""

    document: Id
    rank: Rank
    score: float | None = None


@dataclass(frozen=True, kw_only=True)
class SearchServed(Event):
    """A query was answered with these results, best first.

    `model`, `collection` and `serving_version` are what the installation's own search tells; leave them out for any
    other engine.
    """

    user: Id
    search: Id
    query: Query
    surface: Literal["search", "assistant"] = "search"
    results: Annotated[tuple[Result, ...], Items(most=1_000, cut=True)] = ()
    model: Id | None = None
    collection: Id | None = None
    serving_version: Count | None = None
    latency_ms: Annotated[float, Number(least=0, low_cut=True)] = 0.0
    type: Literal["SearchServed"] = "SearchServed"


@dataclass(frozen=True)
class Impression(_Value):
    """One result that came into a person's sight; `rank` counts from 1."""

    document: Id
    rank: Rank | None = None


@dataclass(frozen=True, kw_only=True)
class ResultsShown(Event):
    """Somebody was shown these results of a search."""

    user: Id
    search: Id
    impressions: Annotated[tuple[Impression, ...], Items(1, 1_000, cut=True)]
    type: Literal["ResultsShown"] = "ResultsShown"


@dataclass(frozen=True)
class FromSearch(_Value):
    """The search that led to an opening, and the rank (from 1) of the document in it."""

    search: Id
    query: Query
    rank: Rank


@dataclass(frozen=True, kw_only=True)
class DocumentOpened(Event):
    """Somebody opened a document; `dwell_seconds` is how long it stayed open, where that is known."""

    user: Id
    document: Id
    from_search: FromSearch | None = None
    dwell_seconds: Annotated[float, Number(0, 86_400, cut=True, low_cut=True)] | None = None
    type: Literal["DocumentOpened"] = "DocumentOpened"


@dataclass(frozen=True, kw_only=True)
class CitationOpened(Event):
    """Somebody opened one of the documents that an assistant's answer cited (in the answer's order)."""

    user: Id
    answer: Id
    question: Query
    cited: Annotated[tuple[Id, ...], Items(1, 100, cut=True)]
    document: Id
    type: Literal["CitationOpened"] = "CitationOpened"

    def __post_init__(self) -> None:
        """Check the fields, and that what was opened was cited."""
        check(self)
        if self.document not in self.cited:
            raise Invalid("CitationOpened.document: must be one of cited")


@dataclass(frozen=True)
class OnMessage(_Value):
    """A chat message as what a reaction is on."""

    document: Id
    kind: Literal["message"] = "message"


@dataclass(frozen=True)
class OnAnswer(_Value):
    """An assistant's answer as what a reaction is on."""

    answer: Id
    question: Query
    cited: Annotated[tuple[Id, ...], Items(most=100, cut=True)] = ()
    kind: Literal["answer"] = "answer"


@dataclass(frozen=True, kw_only=True)
class Reacted(Event):
    """Somebody added or withdrew a reaction."""

    user: Id
    target: OnMessage | OnAnswer
    reaction: Annotated[str, Text(1, 64, cut=True)]
    change: Literal["added", "withdrawn"] = "added"
    type: Literal["Reacted"] = "Reacted"


EVENTS = (
    DocumentUpserted,
    DocumentDeleted,
    DocumentRenamed,
    SearchServed,
    ResultsShown,
    DocumentOpened,
    CitationOpened,
    Reacted,
)
"""All types of events."""
