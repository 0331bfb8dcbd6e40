"""What is stored beside the events: how much, how old, by which rule it goes, and what the next cleaning removes.

The rules are those that indexer and trainer clean by (`stores.retention`); nothing is removed here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeVar

from operations.connections import Connections
from stores import retention, run_directories
from stores.collection_states import State
from stores.embeddings import KEPT_DAYS
from stores.retention import InUse, RetentionConfig
from stores.shelf import Shelf
from stores.warehouse import Row

T = TypeVar("T")

_OWN = {"applied", "embeddings", "document_changes"}
"""Tables with a line of their own."""

_FOR_GOOD = "kept: history, lineage and training rest on it; `tidewheel forget` removes people"


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of thing: `count` of it, `bytes` where that can be told, and what the next cleaning `removes`."""

    what: str
    count: int
    bytes: int | None
    oldest: datetime | None
    rule: str
    removes: int


def lines(stores: Connections, config: RetentionConfig, now: datetime, only: str | None = None) -> list[dict[str, Any]]:
    """Return a line a kind, of all tenants or of `only` this one; tables, whose bytes no tenant has alone, of all."""
    shelf = Shelf.open(stores.where)
    names = [only] if only else sorted({*stores.serving.tenants(), *shelf.tenants()})
    uses = {name: _use(stores, name) for name in names}
    found = [
        *_collections(stores, uses, config, now),
        _packets(stores, uses, config),
        _applied(stores, uses, config, now),
        *_tables(stores),
        _models(shelf, uses, config, now),
        _snapshots(Shelf.snapshots(stores.where), names),
        _runs(stores, config, only),
    ]
    return [asdict(line) for line in found]


def _use(stores: Connections, tenant: str) -> InUse:
    serving = stores.serving
    return InUse(serving.record(tenant), serving.states(tenant), serving.collections(tenant))


def _collections(
    stores: Connections, uses: Mapping[str, InUse], config: RetentionConfig, now: datetime
) -> Iterator[Line]:
    present = frozenset(stores.vectors.names())
    of = [(use, about) for use in uses.values() for about in use.collections.values() if about.collection in present]
    kept = [about for use, about in of if about.collection in use.kept()]
    failed = [about for use, about in of if use.states.get(about.collection) == State.FAILED]
    retired = [about for use, about in of if use.states.get(about.collection) == State.RETIRED]
    over = sum(len(retention.failed_over(use, now, config)) for use in uses.values())
    yield _line("collections in use", kept, lambda a: a.created_at, "kept: live, standby, built or waiting", 0)
    failed_rule = f"failed: {config.failed_days:g} days after they began"
    yield _line("failed collections", failed, lambda a: a.created_at, failed_rule, over)
    yield _line("retired collections", retired, lambda a: a.created_at, "at once", len(retired))


def _packets(stores: Connections, uses: Mapping[str, InUse], config: RetentionConfig) -> Line:
    kept, over = [], 0
    for tenant, use in uses.items():
        packets = stores.serving.packets.of(tenant)
        kept += [*packets.values()]
        over += len(retention.packets_over({name: each.at for name, each in packets.items()}, use, config))
    rule = f"all but those in use and the {config.packets} newest of a tenant"
    return _line("packets", kept, lambda each: each.at, rule, over, sum(each.bytes for each in kept))


def _applied(stores: Connections, uses: Mapping[str, InUse], config: RetentionConfig, now: datetime) -> Line:
    rows, present, over = list[Row](), stores.vectors.names(), 0
    for tenant, use in uses.items():
        own = stores.warehouse.query("retention_applied", tenant=tenant)
        written = {row["collection"]: row["written"] for row in own}
        gone = retention.applied_over(written, present, use, now, config)
        over += sum(row["rows"] for row in own if row["collection"] in gone)
        rows += own
    rule = f"of retired collections: {config.applied_days:g} days after the last change"
    oldest = min((row["written"] for row in rows), default=None)
    return Line("records of applied documents", sum(row["rows"] for row in rows), None, oldest, rule, over)


def _tables(stores: Connections) -> Iterator[Line]:
    sizes = {row["table"]: row for row in stores.warehouse.query("storage_tables")}
    aged = {row["table"]: row for row in stores.warehouse.query("storage_oldest")}
    rules = {
        "embeddings": ("vectors of passages", f"{KEPT_DAYS} days after their last use, by ClickHouse"),
        "document_changes": ("changes that collections follow", "7 days, by ClickHouse"),
    }
    for table, (what, rule) in rules.items():
        if size := sizes.get(table):
            yield Line(what, size["rows"], size["bytes"], aged[table]["oldest"], rule, aged[table]["over"])
    others = [size for table, size in sizes.items() if table not in _OWN]
    yield Line(
        "rows of other tables", sum(s["rows"] for s in others), sum(s["bytes"] for s in others), None, _FOR_GOOD, 0
    )


def _models(shelf: Shelf, uses: Mapping[str, InUse], config: RetentionConfig, now: datetime) -> Line:
    kept, over = [], 0
    for tenant, use in uses.items():
        models = shelf.models(tenant)
        kept += [*models.values()]
        over += len(retention.models_over({name: m.created_at for name, m in models.items()}, use, now, config))
    size = sum(file.bytes for model in kept for file in model.files.values())
    rule = f"not in use, {config.model_days:g} days old, and not among the {config.models} newest of a tenant"
    return _line("models on the shelf", kept, lambda model: model.created_at, rule, over, size)


def _snapshots(shelf: Shelf, tenants: Iterable[str]) -> Line:
    kept = [entry for tenant in tenants for entry in shelf.models(tenant).values()]
    size = sum(file.bytes for entry in kept for file in entry.files.values())
    rule = "kept: a run is repeated from its snapshot, and lineage asks it"
    return _line("training snapshots", kept, lambda entry: entry.created_at, rule, 0, size)


def _runs(stores: Connections, config: RetentionConfig, only: str | None) -> Line:
    ended = {t: own for t, own in run_directories.ended(stores.where.home).items() if only in {None, t}}
    all_of = [run for own in ended.values() for run in own.values()]
    over = sum(len(retention.runs_over({n: run.at for n, run in own.items()}, config)) for own in ended.values())
    rule = f"all but the {config.runs} newest of a tenant"
    return _line("directories of ended runs", all_of, lambda run: run.at, rule, over, sum(run.bytes for run in all_of))


def _line(
    what: str, found: list[T], at: Callable[[T], datetime], rule: str, removes: int, size: int | None = None
) -> Line:
    return Line(what, len(found), size, min(map(at, found), default=None), rule, removes)
