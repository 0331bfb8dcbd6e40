"""UBI queries and events as events of ours: plain JSON objects, which `schemas.codec` judges like any other. Pure.

| UBI | ours |
|---|---|
| query | SearchServed, of an engine of another kind: no model, no scores |
| opened (click, view, watch, add_to_cart, purchase, ...) | DocumentOpened; of a search where the query is known |
| shown (impression) | ResultsShown |
| cited | CitationOpened, by the attributes `answer_id`, `question`, `cited` |
| liked, disliked (thumbs) | Reacted: on the answer, or on the result as an answer to the query, or on the object |
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.ubi.actions import Meaning
from gateway.ubi.reading import Acted, Asked, Unreadable
from schemas.ids import stable_id
from schemas.instants import instant, milliseconds
from stores.recent import ExternalSearch

Plain = dict[str, Any]

_NUMBERS = (
    "{}: all digits, and no such document: without `object_id_field` the OpenSearch plugin sends Lucene's own number "
    "in place of the id; name the field"
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside an item: remembered searches by id, and which ids of digits alone are documents."""

    searches: Mapping[str, ExternalSearch]
    documents: frozenset[str]


def served(item: Asked, tenant: str, received_ms: int, known: Known) -> Plain:
    """Return the event of a query. Hits that are numbers of Lucene's are left out, and the others keep their ranks.

    Raises `Unreadable`.
    """
    at = item.at or instant(received_ms)
    who = item.person
    if not who:
        raise Unreadable("client_id, user_id and query_id: one of them is needed")
    ranked = enumerate(item.hits, start=1)
    shown = [(hit, rank) for rank, hit in ranked if item.named or not lucene_number(hit, known)]
    named = item.query_id or stable_id("ubi", tenant, who, item.query, milliseconds(at))
    return {
        "type": "SearchServed",
        "event_id": stable_id("ubi", "SearchServed", tenant, named),
        "tenant": tenant,
        "occurred_at": at.isoformat(),
        "user": who,
        "search": named,
        "query": item.query,
        "results": [{"document": hit, "rank": rank} for hit, rank in shown],
    }


def done(item: Acted, means: Meaning, tenant: str, known: Known) -> Plain:
    """Return the event of an action of this meaning. Raises `Unreadable`."""
    who = item.person
    if not who:
        raise Unreadable("client_id, user_id and query_id: one of them is needed")
    if not item.document:
        raise Unreadable("event_attributes.object.object_id: missing; it names the document")
    if not item.named and lucene_number(item.document, known):
        raise Unreadable(_NUMBERS.format("object_id"))
    derived = stable_id("ubi", tenant, item.query_id, who, item.action, item.document, item.stamp)
    common = {"event_id": derived, "tenant": tenant, "occurred_at": item.at.isoformat(), "user": who}
    return {**common, **_SAID[means](item, known.searches.get(item.query_id))}


def lucene_number(document: str, known: Known) -> bool:
    """Return whether an id is of digits alone and no document's."""
    return document.isascii() and document.isdigit() and document not in known.documents


def rank_of(item: Acted, search: ExternalSearch | None) -> int | None:
    """Return the rank at which an object stood: the ordinal, else its place among the search's hits."""
    if item.rank is not None or search is None:
        return item.rank
    return search.documents.index(item.document) + 1 if item.document in search.documents else None


def _opened(item: Acted, search: ExternalSearch | None) -> Plain:
    said: Plain = {"type": "DocumentOpened", "document": item.document}
    query, rank = item.query or (search.query if search else ""), rank_of(item, search)
    if item.query_id and query and rank is not None:
        said["from_search"] = {"search": item.query_id, "query": query, "rank": rank}
    dwell = item.extras.get("dwell_seconds")
    if isinstance(dwell, int | float) and not isinstance(dwell, bool):
        said["dwell_seconds"] = float(dwell)
    return said


def _shown(item: Acted, search: ExternalSearch | None) -> Plain:
    if not item.query_id:
        raise Unreadable("query_id: missing; an impression is of a search")
    rank = rank_of(item, search)
    one = {"document": item.document} | ({} if rank is None else {"rank": rank})
    return {"type": "ResultsShown", "search": item.query_id, "impressions": [one]}


def _cited(item: Acted, search: ExternalSearch | None) -> Plain:
    question = item.extras.get("question") or item.query or (search.query if search else "")
    if not question:
        raise Unreadable("event_attributes.question: missing; it is what the answer answered")
    cited = item.extras.get("cited") or [item.document]
    return {
        "type": "CitationOpened",
        "answer": item.extras.get("answer_id") or item.query_id or item.document,
        "question": question,
        "cited": cited,
        "document": item.document,
    }


def _liked(item: Acted, search: ExternalSearch | None) -> Plain:
    return _reacted(item, search, "+1")


def _disliked(item: Acted, search: ExternalSearch | None) -> Plain:
    return _reacted(item, search, "-1")


def _reacted(item: Acted, search: ExternalSearch | None, reaction: str) -> Plain:
    question = item.extras.get("question") or item.query or (search.query if search else "")
    target: Plain = {"kind": "message", "document": item.document}
    if question:
        answer = item.extras.get("answer_id") or stable_id("ubi", item.query_id, item.document)
        cited = item.extras.get("cited") or [item.document]
        target = {"kind": "answer", "answer": answer, "question": question, "cited": cited}
    return {"type": "Reacted", "target": target, "reaction": reaction}


_SAID = {"opened": _opened, "shown": _shown, "cited": _cited, "liked": _liked, "disliked": _disliked}
