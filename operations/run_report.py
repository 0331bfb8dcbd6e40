"""One training run as its reader may see it: the verdict that was signed, slices, and the queries that changed most.

Operators are in no group: a query is shown only where every document that people wanted, and that either model found
for it, is for everyone by the lists of this moment; it counts in all figures all the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from retrieval.access import open_to_all
from retrieval.plain_text import plain
from schemas.codec import decode
from schemas.learning import Decision, ModelRefused, ModelTrained, TrainingRequested, TrainingStopped
from schemas.packet import ExampleQuery, ShownDocument, rank_behind
from schemas.topics import LEARNING
from stores.access_lists import AccessList, AccessLists, current
from stores.errors import Refused
from stores.ports import Queries
from stores.shelf import EXAMPLES, Shelf, refused_name
from stores.signing import Objecting

Row = dict[str, Any]

SHOWN = 5
"""Queries of each kind."""
_CANDIDATES = 100
"""Queries that are looked at to find those which may be shown."""
_FIRST = 10


@dataclass(frozen=True, slots=True)
class RunReport:
    """What there is of a run: `end` is None while it goes on, `stop` unless an operator stopped it; `left_out` counts
    queries that may not be shown."""

    asked: TrainingRequested | None
    stop: TrainingStopped | None
    end: ModelTrained | ModelRefused | None
    slices: list[Row]
    wins: list[ExampleQuery]
    losses: list[ExampleQuery]
    left_out: int


def report(
    warehouse: Queries, lists: AccessLists, signing: Objecting, tenant: str, run: str, now: datetime
) -> RunReport:
    """Return the report of a run. Raises `Refused` when the tenant has no such run, `Retryable`."""
    events = believed(warehouse.query("run_events", tenant=tenant, run=run), tenant, signing, now)
    if all(isinstance(event, TrainingStopped) for event in events):
        raise Refused(f"the tenant '{tenant}' has no training run '{run}'; `tidewheel runs` shows those that there are")
    end = next((event for event in events if isinstance(event, ModelTrained | ModelRefused)), None)
    scored = {"tenant": tenant, "run": run, "snapshot": (end.snapshot if end else None) or ""}
    wins, hidden_wins = _changes(warehouse, lists, scored, 1)
    losses, hidden_losses = _changes(warehouse, lists, scored, -1)
    return RunReport(
        next((event for event in events if isinstance(event, TrainingRequested)), None),
        next((event for event in events if isinstance(event, TrainingStopped)), None),
        end,
        warehouse.query("run_slices", **scored),
        wins,
        losses,
        hidden_wins + hidden_losses,
    )


def keeps(offers: Shelf, tenant: str, run: str) -> bool:
    """Tell whether what a run trained and did not let in can be judged again; not where its files are damaged."""
    try:
        return offers.entry(tenant, refused_name(run)) is not None
    except Refused:
        return False


def used(warehouse: Queries, snapshots: Shelf, tenant: str, runs: Sequence[Row]) -> dict[str, Row]:
    """Return by run what it was made of: signals that it read, examples made of them, signals that taught, chose and
    tested. A run that has not ended, or ended before it had read any, is left out.

    `examples` is None where the snapshot's entry does not say it, or is gone. Raises `Retryable`.
    """
    named = {row["snapshot"]: row["run"] for row in runs if row["snapshot"]}
    rows = warehouse.query("run_signals", tenant=tenant, snapshots=list(named)) if named else []
    return {named[row["snapshot"]]: {**row, "examples": _examples(snapshots, tenant, row["snapshot"])} for row in rows}


def _examples(snapshots: Shelf, tenant: str, snapshot: str) -> int | None:
    try:
        entry = snapshots.entry(tenant, snapshot)
    except Refused:
        return None
    count = entry.about.get(EXAMPLES, "") if entry else ""
    return int(count) if count.isdigit() else None


def believed(rows: Sequence[Row], tenant: str, signing: Objecting, now: datetime) -> list[Decision]:
    """Return the events of these payloads that were rightly signed and are this tenant's."""
    found = [decode(LEARNING, None, str(row["payload"]).encode(), now) for row in rows]
    return [
        event
        for event in found
        if isinstance(event, Decision) and event.tenant == tenant and signing.objection(event) is None
    ]


def for_everyone(rows: Sequence[Row], known: Mapping[str, AccessList]) -> list[Row]:
    """Return the changed queries all of whose documents are for everyone by their current lists. A pure rule."""
    seen = {name for name, one in known.items() if open_to_all(one.groups or ())}
    return [row for row in rows if _documents(row) <= seen]


def example(row: Row, titles: Mapping[str, str]) -> ExampleQuery:
    """Return a changed query as people read it. A pure rule."""

    def side(documents: Sequence[str], before: Sequence[str] | None = None) -> tuple[ShownDocument, ...]:
        return tuple(
            ShownDocument(
                document=each, title=plain(titles.get(each, "")), wanted=each in row["wanted"],
                before=None if before is None else rank_behind(each, before, _FIRST),
            )
            for each in documents[:_FIRST]
        )  # fmt: skip

    return ExampleQuery(
        query=row["query"], ndcg_live=row["before"], ndcg_shadow=row["after"], live=side(row["live"]),
        shadow=side(row["shadow"], row["live"]),
    )  # fmt: skip


def _changes(
    warehouse: Queries, lists: AccessLists, scored: Mapping[str, str], sign: int
) -> tuple[list[ExampleQuery], int]:
    """Return what to show of the scores of one try of a run: `scored` has tenant, run and snapshot."""
    tenant = scored["tenant"]
    rows = warehouse.query("run_changes", **scored, sign=sign, limit=_CANDIDATES)
    documents = sorted({name for row in rows for name in _documents(row)})
    open_rows = for_everyone(rows, current(lists, warehouse, tenant, documents))
    chosen = open_rows[:SHOWN]
    named = sorted({name for row in chosen for name in _documents(row)})
    found = warehouse.query("index_titles", tenant=tenant, documents=named) if named else []
    titles = {row["document"]: row["title"] for row in found}
    return [example(row, titles) for row in chosen], len(rows) - len(open_rows)


def _documents(row: Row) -> set[str]:
    return {*row["wanted"], *row["live"], *row["shadow"]}
