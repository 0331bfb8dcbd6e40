"""A log of searches and of the clicks on their results, of an engine of any kind, as events. Pure, but for the file.

A row is a search, a click, or both: `query` makes it a search, `clicked` a click. Rows of one search have its id in
`search`, or the same person, words and time. A click without a query of its own takes those of the search with its id
that stood before it. A search is called `NAME/ID`, because every engine counts its own. The searches name no model, so
they count as those of an engine of another kind (`external`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from connectors.items import Fault, Happened, Item
from connectors.tables.cells import Wrong, instant, number
from connectors.tables.rows import Row, rows
from schemas.ids import stable_id
from schemas.instants import milliseconds
from stores.error_texts import suggestion
from stores.errors import Misconfigured

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "query": ("query", "q", "user_query", "search_term"),
    "user": ("user", "user_id", "client_id", "session_id"),
    "time": ("time", "timestamp", "occurred_at", "date"),
    "search": ("search", "search_id", "query_id"),
    "results": ("results", "hits", "result_ids"),
    "clicked": ("clicked", "document", "document_id", "clicked_id", "url"),
    "rank": ("rank", "position"),
    "dwell": ("dwell", "dwell_seconds"),
}
"""What a column can be, and the names under which it is known unless another is given."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a log is read: the source's name, the names of its columns, and what parts the results in one cell.

    `before` goes before each document's id, where the log has ids of another kind than the documents.
    """

    name: str
    columns: Mapping[str, tuple[str, ...]]
    separator: str = ";"
    before: str = ""


@dataclass(frozen=True, slots=True)
class Searched:
    """A search that clicks can refer to."""

    query: str
    user: str
    shown: tuple[str, ...]


def columns(given: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the columns' names, those that were given instead of the known ones. Raises `Misconfigured`."""
    for name in given:
        if name not in COLUMNS:
            raise Misconfigured(f"--column {name}=...: '{name}' is no part of a search, {suggestion(name, COLUMNS)}")
    return {name: (given[name],) if name in given else known for name, known in COLUMNS.items()}


def read(path: Path, reading: Reading) -> Iterator[Item]:
    """Yield the events of a log's rows."""
    known: dict[str, Searched] = {}
    for found in rows(path):
        if isinstance(found, Fault):
            yield found
            continue
        line, row = found
        try:
            yield from items(row, reading, known)
        except Wrong as error:
            yield Fault(f"line {line}", str(error))


def items(row: Row, reading: Reading, known: dict[str, Searched]) -> Iterator[Happened]:
    """Yield the events of a row; `known` has the searches before it, and gets this one. Raises `Wrong`."""
    said = {name: next((row[each] for each in names if row.get(each) not in (None, "")), None)
            for name, names in reading.columns.items()}  # fmt: skip
    if said["time"] is None:
        raise Wrong("time: missing")
    at = instant(said["time"], "time")
    earlier = known.get(_search(said["search"], reading)) if said["search"] is not None else None
    query = str(said["query"] or (earlier.query if earlier else "")).strip()
    user = str(said["user"] or (earlier.user if earlier else "")).strip()
    if not user:
        raise Wrong("user: missing; a person, or a client or session that stands for one, is right")
    if not said["query"] and said["clicked"] is None:
        raise Wrong("query: missing, and so is what was clicked")
    search = _search(said["search"] or stable_id("search", user, query, milliseconds(at)), reading)
    listed = _parts(said["results"], reading.separator)
    shown = tuple(reading.before + document for document in listed) or (earlier.shown if earlier else ())
    if said["query"] and earlier is None:
        known[search] = Searched(query, user, shown)
        results = [{"document": document, "rank": number} for number, document in enumerate(shown, start=1)]
        yield Happened(
            "SearchServed", (search,), at, {"user": user, "search": search, "query": query, "results": results}
        )
    if said["clicked"] is not None:
        yield _click(reading.before + str(said["clicked"]).strip(), said, at, user, search, query, shown)


def _search(known_as: object, reading: Reading) -> str:
    return f"{reading.name}/{known_as}"


def _click(
    document: str, said: Row, at: datetime, user: str, search: str, query: str, shown: tuple[str, ...]
) -> Happened:
    rank = None if said["rank"] is None else number(said["rank"], "rank", whole=True)
    if rank is None and document in shown:
        rank = shown.index(document) + 1
    fields: Row = {"user": user, "document": document}
    if query and rank is not None:
        fields["from_search"] = {"search": search, "query": query, "rank": rank}
    if said["dwell"] is not None:
        fields["dwell_seconds"] = number(said["dwell"], "dwell", whole=False)
    return Happened("DocumentOpened", (search, user, document, str(milliseconds(at))), at, fields)


def _parts(cell: object, separator: str) -> list[str]:
    parts = cell if isinstance(cell, list) else [] if cell is None else str(cell).split(separator)
    named = (part.get("document") or part.get("id") if isinstance(part, dict) else part for part in parts)
    return [text for text in (str(part).strip() for part in named if part is not None) if text]
