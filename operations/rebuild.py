"""`tidewheel rebuild`: Milvus and Redis made anew from the warehouse, the model shelf and the audit trail.

    access lists ──▶ Redis, from `documents`
    serving record ──▶ Redis, by the indexer, from the last rightly signed move
    live and standby ──▶ the indexer applies every document again, and removes the rows of all others

Vectors of unchanged text are kept where they are still there. Open sessions come back from the raw rows by the streams'
own audit. Searches say meanwhile that the index is being rebuilt.
"""

from datetime import datetime
from typing import NamedTuple

from operations.connections import Connections
from operations.tenants import check_known
from stores.errors import Retryable
from stores.rebuilds import Rebuild

REASON = "an operator asked for it"


class Left(NamedTuple):
    """What of a tenant is still to be made: its serving record, and its collections that are being filled."""

    record: bool
    rebuilds: dict[str, Rebuild]

    def __str__(self) -> str:
        if self.record:
            return "the serving record is still to be restored by the indexer"
        return "; ".join(f"{name} is {rebuild}{_problem(rebuild)}" for name, rebuild in self.rebuilds.items())


def tenants(stores: Connections, only: str | None) -> list[str]:
    """Return the tenants that have anything to rebuild from, or `only` this one; `Misconfigured` for an unknown one."""
    if only is not None:
        check_known(stores, only)
        return [only]
    return sorted({row["tenant"] for row in stores.warehouse.query("documents_tenants")} | {*stores.serving.tenants()})


def check_source(stores: Connections, tenant: str) -> None:
    """Raise `Retryable` when the warehouse itself has lost documents: what it lacks would be removed elsewhere too."""
    known, lists = documents(stores, tenant).known, stores.lists.count(tenant)
    if known < lists:
        raise Retryable(
            f"ClickHouse has {known:,} of the {lists:,} known documents of '{tenant}'; wait until the streams have "
            "read the topics again, or have the sources send the documents again, or go on without them "
            "(--without-missing)"
        )


class Known(NamedTuple):
    """How many documents the warehouse knows, gone ones included, and how many of them a search may show."""

    known: int
    shown: int


def documents(stores: Connections, tenant: str) -> Known:
    """Return how many documents of a tenant the warehouse has."""
    row = stores.warehouse.query("documents_known", tenant=tenant)[0]
    return Known(int(row["known"]), int(row["shown"]))


def ask(stores: Connections, tenant: str, now: datetime) -> list[str]:
    """Ask the indexer to fill the tenant's live and standby collections anew; return their names."""
    record = stores.serving.record(tenant)
    sides = (record, record.standby) if record else ()
    names = [side.collection for side in sides if side is not None]
    for name in names:
        asked = Rebuild(reason=REASON, at=now, total=documents(stores, tenant).shown, asked=True)
        stores.serving.rebuilds.save(tenant, name, asked)
    return names


def left(stores: Connections, tenant: str) -> Left | None:
    """Return what of a tenant is still to be made, or None."""
    rebuilds = stores.serving.rebuilds.of(tenant)
    record = stores.serving.record(tenant) is None and documents(stores, tenant).shown > 0
    return Left(record, rebuilds) if record or rebuilds else None


def _problem(rebuild: Rebuild) -> str:
    return f" ({rebuild.problem})" if rebuild.problem else ""
