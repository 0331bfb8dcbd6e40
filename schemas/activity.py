"""What people do: searches served, results shown, documents opened, citations opened, reactions."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from schemas.envelope import Count, Event, Words
from schemas.ids import DocumentId, OpaqueId, UserId
from schemas.limits import MAX_CITED, MAX_DWELL_S, MAX_RANK, MAX_REACTION, MAX_SHOWN, MAX_TEXT

QueryText = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT)]
Rank = Annotated[int, Field(ge=1, le=MAX_RANK)]


class Result(Words):
    """One result; `rank` counts from 1, `score` is the fused score (higher is better) where the engine tells one."""

    document: DocumentId
    rank: Rank
    score: float | None = None


class SearchServed(Event):
    """A query was answered with these results; `surface` says whether as a list or as an assistant's answer.

    `model`, `collection` and `serving_version` are what answered, when it was this installation's index. An engine of
    another kind names none of them, and perhaps no results: its searches count for clicks, pairs and drift (under the
    model `external`), and are left out where serving versions are compared.
    """

    type: Literal["SearchServed"] = "SearchServed"
    user: UserId
    search: OpaqueId
    query: QueryText
    surface: Literal["search", "assistant"] = "search"
    results: Annotated[tuple[Result, ...], Field(max_length=MAX_SHOWN)] = ()
    model: OpaqueId | None = None
    collection: OpaqueId | None = None
    serving_version: Count | None = None
    latency_ms: Annotated[float, Field(ge=0)] = 0.0


class Impression(Words):
    """One result that came into a person's sight; `rank` counts from 1, and is left out where it is not known."""

    document: DocumentId
    rank: Rank | None = None


class ResultsShown(Event):
    """Somebody was shown these results of a search, all at once or one by one while scrolling.

    Where a search has impressions, they are what was shown of it; otherwise its `results` are.
    """

    type: Literal["ResultsShown"] = "ResultsShown"
    user: UserId
    search: OpaqueId
    impressions: Annotated[tuple[Impression, ...], Field(min_length=1, max_length=MAX_SHOWN)]


class FromSearch(Words):
    """The search that led to an opening: its id, its words, and the rank (from 1) at which the document stood."""

    search: OpaqueId
    query: QueryText
    rank: Rank


class DocumentOpened(Event):
    """Somebody opened a document; `dwell_seconds` is how long it stayed open, when known."""

    type: Literal["DocumentOpened"] = "DocumentOpened"
    user: UserId
    document: DocumentId
    from_search: FromSearch | None = None
    dwell_seconds: Annotated[float, Field(ge=0, le=MAX_DWELL_S)] | None = None


class CitationOpened(Event):
    """Somebody opened one of the documents that an assistant's answer cited (`cited` is in the answer's order)."""

    type: Literal["CitationOpened"] = "CitationOpened"
    user: UserId
    answer: OpaqueId
    question: QueryText
    cited: Annotated[tuple[DocumentId, ...], Field(min_length=1, max_length=MAX_CITED)]
    document: DocumentId

    @model_validator(mode="after")
    def _opened_what_was_cited(self) -> "CitationOpened":
        if self.document not in self.cited:
            raise ValueError("document: must be one of cited")
        return self


class OnMessage(Words):
    """A chat message as target; `document` is the message's document id."""

    kind: Literal["message"] = "message"
    document: DocumentId


class OnAnswer(Words):
    """An assistant's answer as target, with its question and the documents that it cited."""

    kind: Literal["answer"] = "answer"
    answer: OpaqueId
    question: QueryText
    cited: Annotated[tuple[DocumentId, ...], Field(max_length=MAX_CITED)] = ()


class Reacted(Event):
    """Somebody added or withdrew a reaction; the newest `occurred_at` of (user, target, reaction) holds.

    A withdrawal names the target as the reaction did, an answer's cited documents included.
    """

    type: Literal["Reacted"] = "Reacted"
    user: UserId
    target: Annotated[OnMessage | OnAnswer, Field(discriminator="kind")]
    reaction: Annotated[str, StringConstraints(min_length=1, max_length=MAX_REACTION)]
    change: Literal["added", "withdrawn"] = "added"

    @property
    def target_id(self) -> str:
        """Return the document or answer that the reaction is on."""
        return self.target.document if isinstance(self.target, OnMessage) else self.target.answer
