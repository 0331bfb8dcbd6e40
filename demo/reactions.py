"""What one served search brings about: the events of reading, following links, citing and voting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from demo.clicks import ClickModel, citations_opened, dwell_seconds, opened, vote_on
from demo.library import Library
from demo.planning import PlannedSearch
from indexer.search.answer import Answer, search_served
from schemas.activity import CitationOpened, DocumentOpened, FromSearch, OnAnswer, Reacted, SearchServed
from schemas.envelope import Event
from schemas.ids import stable_id

CITED = 3
"""How many of the best documents an assistant's answer cites."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How people read: the click model, how often they follow a link, how often a vote is taken back.

    `told_in` names, for documents that are conversations, the documents of which they tell: who needs one of those is
    helped by the conversation too.
    """

    library: Library
    clicks: ClickModel = field(default_factory=ClickModel)
    follow_link: float = 0.4
    withdraw: float = 0.1
    told_in: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def meets(self, search: PlannedSearch, documents: Sequence[str]) -> set[str]:
        """Return those of the documents that meet the search's need."""
        helped = search.relevant
        return {each for each in documents if each in helped or helped & self.told_in.get(each, frozenset())}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search brought about, in the order of time, when it was over, and whether the need was met."""

    events: list[Event]
    over: datetime
    met: bool


def outcome(search: PlannedSearch, answer: Answer, reading: Reading, rng: Random) -> Outcome:
    """Return what the person does with the answer."""
    shown = [result.document for result in answer.results]
    met = reading.meets(search, shown)
    answered = _read_answer if search.surface == "assistant" else _read_results
    events, over, found = answered(search, shown, met, reading, rng)
    return Outcome([_served(search, answer), *events], over, found)


def _served(search: PlannedSearch, answer: Answer) -> SearchServed:
    return search_served(
        answer,
        event_id=stable_id("served", search.id),
        tenant=search.tenant,
        user=search.user,
        search=search.id,
        query=search.query,
        at=search.at,
        surface=search.surface,
    )


def _read_results(
    search: PlannedSearch, shown: list[str], met: set[str], reading: Reading, rng: Random
) -> tuple[list[Event], datetime, bool]:
    at = search.at + timedelta(seconds=4)
    events: list[Event] = []
    ranks = opened(shown, met, rng, reading.clicks)
    for rank in ranks:
        document = shown[rank - 1]
        at += timedelta(seconds=round(rng.uniform(1, 4), 3))
        dwell = dwell_seconds(document in met, rng, reading.clicks)
        came_from = FromSearch(search=search.id, query=search.query, rank=rank)
        events.append(_opened(search, document, at, dwell, came_from))
        at += timedelta(seconds=dwell)
        if rng.random() < reading.follow_link and (links := reading.library.links(document, search.groups)):
            target = rng.choice(links)
            dwell = dwell_seconds(target in search.relevant, rng, reading.clicks)
            events.append(_opened(search, target, at, dwell, None))
            at += timedelta(seconds=dwell)
    return events, at, any(shown[rank - 1] in met for rank in ranks)


def _opened(
    search: PlannedSearch, document: str, at: datetime, dwell: float, came_from: FromSearch | None
) -> DocumentOpened:
    return DocumentOpened(
        event_id=stable_id("opened", search.id, document, at.isoformat()),
        tenant=search.tenant,
        occurred_at=at,
        user=search.user,
        document=document,
        from_search=came_from,
        dwell_seconds=dwell,
    )


def _read_answer(
    search: PlannedSearch, shown: list[str], met: set[str], reading: Reading, rng: Random
) -> tuple[list[Event], datetime, bool]:
    cited = tuple(shown[:CITED])
    at = search.at + timedelta(seconds=8)
    events: list[Event] = []
    for position in citations_opened(cited, met, rng, reading.clicks):
        at += timedelta(seconds=round(rng.uniform(2, 6), 3))
        events.append(_citation(search, cited, cited[position - 1], at))
        at += timedelta(seconds=dwell_seconds(cited[position - 1] in met, rng, reading.clicks))
    vote = vote_on(cited, met, rng, reading.clicks)
    if vote is not None:
        at += timedelta(seconds=round(rng.uniform(2, 20), 3))
        events.append(_voted(search, cited, vote, at, withdrawn=False))
        if rng.random() < reading.withdraw:
            at += timedelta(seconds=round(rng.uniform(5, 120), 3))
            events.append(_voted(search, cited, vote, at, withdrawn=True))
    return events, at, any(document in met for document in cited)


def _citation(search: PlannedSearch, cited: tuple[str, ...], document: str, at: datetime) -> CitationOpened:
    return CitationOpened(
        event_id=stable_id("citation", search.id, document),
        tenant=search.tenant,
        occurred_at=at,
        user=search.user,
        answer=search.id,
        question=search.query,
        cited=cited,
        document=document,
    )


def _voted(search: PlannedSearch, cited: tuple[str, ...], vote: str, at: datetime, *, withdrawn: bool) -> Reacted:
    change: Literal["added", "withdrawn"] = "withdrawn" if withdrawn else "added"
    return Reacted(
        event_id=stable_id("vote", search.id, vote, change),
        tenant=search.tenant,
        occurred_at=at,
        user=search.user,
        target=OnAnswer(answer=search.id, question=search.query, cited=cited),
        reaction=vote,
        change=change,
    )
