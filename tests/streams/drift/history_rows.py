"""Rows of `events` and `documents` for simulated days, as the stream agents write them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

import orjson

from schemas.activity import CitationOpened, DocumentOpened, FromSearch, OnAnswer, Reacted, Result, SearchServed
from schemas.documents import DocumentUpserted
from schemas.envelope import Event
from schemas.ids import stable_id
from schemas.topics import TOPIC_OF
from stores.warehouse import Warehouse
from streams.drift.behaviour import Search

_COLUMNS = ("user", "document", "interaction", "query", "rank", "dwell_s")


@dataclass
class Log:
    """Writes events with offsets that grow, whatever is sent again."""

    warehouse: Warehouse
    tenant: str
    offsets: Iterable[int] = field(default_factory=count)

    def write(self, events: Sequence[Event]) -> None:
        """Insert one row an event; the same event twice makes two rows, as a resent one does."""
        offsets = iter(self.offsets)
        rows = [(event, _columns(event)) for event in events]
        self.warehouse.insert(
            "events",
            {
                "topic": [TOPIC_OF[type(e).__name__].name for e, _ in rows],
                "topic_id": [self.tenant for _ in rows],
                "partition": [0 for _ in rows],
                "offset": [next(offsets) for _ in rows],
                "event_id": [e.event_id for e, _ in rows],
                "tenant": [e.tenant for e, _ in rows],
                "type": [type(e).__name__ for e, _ in rows],
                **{name: [c[name] for _, c in rows] for name in _COLUMNS},
                "occurred_at": [e.occurred_at for e, _ in rows],
                "received_at": [e.occurred_at for e, _ in rows],
                "payload": [e.model_dump_json(exclude_none=True) for e, _ in rows],
            },
        )

    def documents(self, titles: Iterable[str], at: datetime, version: int = 1, body: str = "body") -> None:
        """Insert documents whose id is their title, and the events that brought them."""
        names = list(dict.fromkeys(titles))
        self.write([_upserted(self.tenant, name, at, version, body) for name in names])
        self.warehouse.insert(
            "documents",
            {
                "tenant": [self.tenant for _ in names],
                "document": names,
                "version": [version for _ in names],
                "title": names,
                "body": [body for _ in names],
                "updated_at": [at for _ in names],
            },
        )


def happenings(tenant: str, searches: Sequence[Search], model: str) -> list[Event]:
    """Return the events of the searches and of all that people did with the answers."""
    return [event for i, search in enumerate(searches) for event in _events(tenant, search, model, i)]


def _events(tenant: str, search: Search, model: str, i: int) -> list[Event]:
    name = stable_id(tenant, search.person, search.query, search.at.isoformat(), i)
    shown = list(search.best_shown) + [f"shown-{n}" for n in range(len(search.best_shown), search.shown)]
    later = search.at + timedelta(seconds=20)
    events: list[Event] = [
        SearchServed(
            event_id=f"s{name}", tenant=tenant, occurred_at=search.at, user=search.person, search=name,
            query=search.query, surface="assistant" if search.assistant else "search",
            results=tuple(Result(document=d, rank=n, score=1 / n) for n, d in enumerate(shown, 1)),
            model=model, collection="c1", serving_version=1,
        )
    ]  # fmt: skip
    events += [
        DocumentOpened(
            event_id=f"o{n}{name}"[:64], tenant=tenant, occurred_at=later, user=search.person,
            document=opening.document, dwell_seconds=opening.dwell_s,
            from_search=FromSearch(search=name, query=search.query, rank=opening.rank),
        )
        for n, opening in enumerate(search.opened)
    ]  # fmt: skip
    events += [
        CitationOpened(
            event_id=f"c{n}{name}"[:64], tenant=tenant, occurred_at=later, user=search.person, answer=name,
            question=search.query, cited=tuple(shown), document=document,
        )
        for n, document in enumerate(search.cited)
    ]  # fmt: skip
    events += [
        Reacted(
            event_id=f"r{n}{name}"[:64], tenant=tenant, occurred_at=later, user=search.person, reaction=reaction,
            target=OnAnswer(answer=name, question=search.query),
        )
        for n, reaction in enumerate(search.reactions)
    ]  # fmt: skip
    return events


def _upserted(tenant: str, name: str, at: datetime, version: int, body: str) -> DocumentUpserted:
    return DocumentUpserted(
        event_id=stable_id(tenant, name, version), tenant=tenant, occurred_at=at, document=name, version=version,
        app="docs", title=name, body=body, updated_at=at,
    )  # fmt: skip


def _columns(event: Event) -> dict[str, object]:
    """Return the row's columns that depend on the type of event."""
    result = orjson.loads(event.model_dump_json())
    found: dict[str, object] = {"rank": 0, "dwell_s": -1.0}
    found |= {"user": result.get("user", ""), "document": result.get("document", ""), "query": "", "interaction": ""}
    if isinstance(event, SearchServed):
        found |= {"query": event.query, "interaction": event.search}
    elif isinstance(event, DocumentOpened) and event.from_search is not None:
        found |= {"query": event.from_search.query, "interaction": event.from_search.search}
        found |= {
            "rank": event.from_search.rank,
            "dwell_s": -1.0 if event.dwell_seconds is None else event.dwell_seconds,
        }
    elif isinstance(event, CitationOpened):
        found |= {"query": event.question, "interaction": event.answer}
    elif isinstance(event, Reacted):
        found |= {"query": result["target"].get("question", ""), "interaction": event.target_id}
    return found
