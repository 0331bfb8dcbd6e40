"""Drift's reading of the warehouse: windows served, their samples, earlier verdicts, training runs."""

from typing import Any, Protocol

from schemas.instants import instant
from stores.ports import Inserts, Queries
from streams.drift.behaviour import Opening, Search
from streams.drift.config import DriftConfig
from streams.drift.encoder import ReferenceEncoder
from streams.drift.requests import Run
from streams.drift.sample import Changed, Sample
from streams.drift.sampling import sample
from streams.drift.windows import Served

Row = dict[str, Any]


class Rows(Queries, Inserts, Protocol):
    """What drift needs of `stores.warehouse.Warehouse`."""


def served(warehouse: Rows, tenant: str, from_ms: int, until_ms: int, window_ms: int) -> list[Served]:
    """Return who answered how much in each window of the span."""
    rows = warehouse.query("drift_served", tenant=tenant, from_ms=from_ms, until_ms=until_ms, window_ms=window_ms)
    return [Served(row["start_ms"], row["model"], row["searches"]) for row in rows]


def load(
    warehouse: Rows,
    encoder: ReferenceEncoder,
    config: DriftConfig,
    *,
    tenant: str,
    model: str,
    start_ms: int,
    most: int,
    since_ms: int,
) -> Sample:
    """Return the sample of one window: those of at most `most` drawn searches that `model` answered.

    Document changes before `since_ms` (the model's first search) are the corpus it began with and do not count.
    """
    span = {"tenant": tenant, "from_ms": start_ms, "until_ms": start_ms + config.window_ms}
    drawn = {**span, "per_user": config.per_user, "most": most, "best": config.shown_for_fit}
    searches = [_search(row) for row in warehouse.query("drift_searches", model=model, **drawn)]
    titles = {row["document"]: row["title"] for row in warehouse.query("drift_titles", **drawn)}
    changes = warehouse.query("drift_changes", **span, changes_from_ms=since_ms, most=config.max_documents)
    documents = [Changed(row["document"], row["openings"], bool(row["changed"])) for row in changes]
    return sample(instant(start_ms), searches, titles, documents, encoder, config)


def first_search_ms(warehouse: Rows, tenant: str, start_ms: int, until_ms: int) -> int:
    """Return when the span's first search was, or its end when it holds none."""
    rows = warehouse.query("drift_first_search", tenant=tenant, from_ms=start_ms, until_ms=until_ms)
    return int(rows[0]["first_ms"]) if rows and rows[0]["searches"] else until_ms


def verdicts(warehouse: Rows, tenant: str, limit: int) -> list[Row]:
    """Return signal, model, verdict, end_ms and asked of the tenant's latest rows, newest first."""
    return warehouse.query("drift_history", tenant=tenant, limit=limit)


def runs(warehouse: Rows, tenant: str) -> list[Run]:
    """Return the tenant's latest training runs."""
    rows = warehouse.query("drift_runs", tenant=tenant)
    return [
        Run(row["run"], instant(row["requested_ms"]), instant(row["ended_ms"]) if row["ended_ms"] > 0 else None)
        for row in rows
    ]


def _search(row: Row) -> Search:
    return Search(
        person=row["person"],
        query=row["query"],
        at=instant(row["asked_ms"]),
        assistant=bool(row["assistant"]),
        shown=row["shown"],
        best_shown=tuple(row["best_shown"]),
        opened=tuple(Opening(document, max(rank, 1), dwell) for document, rank, dwell in row["opened"]),
        cited=tuple(row["cited"]),
        reactions=tuple(row["reactions"]),
    )
