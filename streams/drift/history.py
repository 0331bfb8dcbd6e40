"""Drift's rows: windows served, their samples, earlier verdicts, training runs, and the reference as it is kept."""

from collections.abc import Sequence
from typing import Any, Protocol

from schemas.instants import instant
from stores.ports import Inserts, Queries
from streams.drift.behaviour import Opening, Search
from streams.drift.config import DriftConfig
from streams.drift.encoder import ReferenceEncoder
from streams.drift.requests import Run
from streams.drift.sample import Changed, Sample
from streams.drift.sampling import in_full, sample
from streams.drift.stored_reference import Reference, header, restored, sample_rows
from streams.drift.windows import Served

Row = dict[str, Any]

_EVER = 2**53
"""Milliseconds that no event has come to."""


class Rows(Queries, Inserts, Protocol):
    """What drift needs of `stores.warehouse.Warehouse`."""


def served(warehouse: Rows, tenant: str, from_ms: int, until_ms: int, window_ms: int, per_user: int) -> list[Served]:
    """Return who answered how much on each day of the span; of one person's different queries at most `per_user`."""
    rows = warehouse.query(
        "drift_served", tenant=tenant, from_ms=from_ms, until_ms=until_ms, window_ms=window_ms, per_user=per_user
    )
    return [Served(row["start_ms"], row["model"], row["searches"], row["cases"]) for row in rows]


def load(
    warehouse: Rows,
    encoder: ReferenceEncoder,
    config: DriftConfig,
    *,
    tenant: str,
    model: str,
    start_ms: int,
    end_ms: int,
    most: int,
    since_ms: int,
) -> Sample:
    """Return the sample of one window: those of at most `most` drawn searches that `model` answered.

    Document changes before `since_ms` are the corpus that people began with and do not count.
    """
    span = {"tenant": tenant, "from_ms": start_ms, "until_ms": end_ms}
    drawn = {**span, "per_user": config.per_user, "most": most, "best": config.shown_for_fit}
    searches = [_search(row) for row in warehouse.query("drift_searches", model=model, **drawn)]
    titles = {row["document"]: row["title"] for row in warehouse.query("drift_titles", **drawn)}
    age = (end_ms - since_ms) / config.window_ms
    before = max(since_ms, end_ms - config.look_back * config.window_ms)
    changes = warehouse.query("drift_changes", **span, before_ms=before, most=config.max_documents)
    documents = [
        Changed(row["document"], row["openings"], in_full(row["moved"], age, config.look_back)) for row in changes
    ]
    return sample(instant(start_ms), searches, titles, documents, encoder, config)


def first_search_ms(warehouse: Rows, tenant: str, start_ms: int, until_ms: int) -> int:
    """Return when the span's first search was, or its end when it holds none."""
    rows = warehouse.query("drift_first_search", tenant=tenant, from_ms=start_ms, until_ms=until_ms)
    return int(rows[0]["first_ms"]) if rows and rows[0]["searches"] else until_ms


def verdicts(warehouse: Rows, tenant: str, reference: str) -> list[Row]:
    """Return the rows of the windows that were judged against the reference, in order of time."""
    return warehouse.query("drift_history", tenant=tenant, reference=reference)


def runs(warehouse: Rows, tenant: str) -> list[Run]:
    """Return the tenant's latest training runs, newest first; pairs are counted since the newest one."""
    rows = warehouse.query("drift_runs", tenant=tenant)
    since = max((row["requested_ms"] for row in rows), default=0)
    pairs = int(warehouse.query("drift_pairs", tenant=tenant, from_ms=since, until_ms=_EVER)[0]["pairs"]) if rows else 0
    return [
        Run(
            row["run"],
            instant(row["requested_ms"]),
            instant(row["ended_ms"]) if row["ended_ms"] > 0 else None,
            row["outcome"],
            pairs,
            row["gain"] if row["compared"] else None,
            row["work_s"],
        )
        for row in rows
    ]


def kept(warehouse: Rows, tenant: str, width: int) -> Reference | None:
    """Return the tenant's newest reference as it is kept; None when there is none."""
    heads = warehouse.query("drift_reference_newest", tenant=tenant)
    if not heads:
        return None
    return restored(heads[0], warehouse.query("drift_samples", tenant=tenant, reference=heads[0]["reference"]), width)


def keep(warehouse: Rows, tenant: str, reference: Reference, rules: str, revision: int) -> None:
    """Write a new reference: its samples first, because the header is what makes it one."""
    samples = [{**row, "revision": revision} for row in sample_rows(tenant, reference)]
    warehouse.insert("drift_samples", columns(samples))
    warehouse.insert("drift_references", columns([header(tenant, reference, rules, revision)]))


def note_rules(warehouse: Rows, config: DriftConfig, revision: int) -> None:
    """Write what the rules' hash stands for."""
    row = {"rules": config.hash, "content": config.model_dump_json(), "revision": revision}
    warehouse.insert("drift_rule_sets", columns([row]))


def columns(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Return at least one row as columns."""
    return {name: [row[name] for row in rows] for name in rows[0]}


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
