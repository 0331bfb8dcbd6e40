"""The whole loop at a glance, as plain data: processes, events by topic, what each tenant has live and underway."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from embedded import control
from operations import drift_decisions, indexing
from operations.connections import Connections
from operations.losses import Seen, losses
from operations.rebuild import documents
from stores import training_status
from stores.audits import Audit
from stores.collection_states import State
from stores.errors import Refused, Retryable
from stores.serving import Progress
from stores.shares import INDEXER, holders, workers_there
from stores.trail import difference
from stores.warehouse import Row


def processes(home: Path) -> list[Row]:
    """Return the processes of the embedded stack in this home; none when it does not run, or real clusters are used."""
    return [
        {
            "part": p.name,
            "up": p.up,
            "pid": p.pid,
            "port": p.port,
            "restarts": p.restarts,
            "memory_mib": p.memory_mib,
            "problem": p.problem,
        }
        for p in control.status(home)
    ]


def events(stores: Connections) -> list[Row]:
    """Return the ledger's totals, a row a topic."""
    return stores.warehouse.query("ledger_totals")


def refused_decisions(stores: Connections) -> list[Row]:
    """Return how many events of the audit trail were turned away as unsigned or forged, a row a kind of fault, with
    the newest one's reason."""
    return stores.warehouse.query("status_refused_decisions")


def unknown_reactions(stores: Connections, only: str | None = None) -> list[Row]:
    """Return the reactions that people used most and that mean nothing to us, of all tenants or of one."""
    return stores.warehouse.query("status_unknown_reactions", tenant=only or "")


def workers(stores: Connections) -> list[Row]:
    """Return the indexer's workers that are there, a row a worker, with the tenants that each of them holds."""
    names = workers_there(stores.redis, INDEXER)
    held = holders(stores.redis, INDEXER, sorted(known(stores))) if names else {}
    return [{"worker": name, "tenants": [t for t, worker in held.items() if worker == name]} for name in names]


def tenants(stores: Connections, only: str | None = None) -> list[dict[str, Any]]:
    """Return every tenant that anything was accepted from or that is served, or `only` this one of them, with what is
    live, what is lost, the collections that are not retired, what the audits of those that serve found, the newest
    training run's status, the newest drift window and
    what operators decided about drift, how many documents wait to be indexed in what is live and for
    how long, and of how many it holds the beginning only."""
    names = known(stores) if only is None else known(stores) & {only}
    present = _present(stores) if names else None
    return [_readable(stores, name, present) for name in sorted(names)]


def known(stores: Connections) -> set[str]:
    """Return every tenant that anything was accepted from or that is served."""
    return {row["tenant"] for row in stores.warehouse.query("tenants")} | {*stores.serving.tenants()}


def _present(stores: Connections) -> frozenset[str] | None:
    """Return the collections that Milvus has, None when it does not answer."""
    try:
        return frozenset(stores.vectors.names())
    except Retryable:
        return None


def _readable(stores: Connections, name: str, present: frozenset[str] | None) -> dict[str, Any]:
    """Return a tenant's status; of one whose serving record no service wrote, that and its documents."""
    try:
        return _tenant(stores, name, present)
    except Refused as error:
        return {
            "tenant": name, "unsigned": "", "lost": [str(error)], "live": None, "collections": [], "audits": [],
            "training": training_status.read(stores.redis, name),
            "drift": stores.warehouse.query("drift_newest", tenant=name),
            "drift_decisions": _drift_decisions(stores, name), **_documents(stores, name, ""),
        }  # fmt: skip


def _tenant(stores: Connections, name: str, present: frozenset[str] | None) -> dict[str, Any]:
    record, progress = stores.serving.record(name), stores.serving.progress(name)
    move = stores.trail.last_move(name)
    seen = Seen(record, stores.serving.rebuilds.of(name), move is not None, present, *documents(stores, name),
                lists=stores.lists.count(name))  # fmt: skip
    return {
        "tenant": name,
        "unsigned": difference(record, move, datetime.now(UTC)),
        "lost": losses(seen),
        "live": record.model_dump(mode="json") if record else None,
        "collections": [
            {"collection": collection, "state": state, **_build(seen.progress(collection), progress.get(collection))}
            for collection, state in stores.serving.states(name).items()
            if state != State.RETIRED
        ],
        "audits": [_audited(collection, audit) for collection, audit in sorted(stores.serving.audits.of(name).items())],
        "training": training_status.read(stores.redis, name),
        "drift": stores.warehouse.query("drift_newest", tenant=name),
        "drift_decisions": _drift_decisions(stores, name),
        **_documents(stores, name, record.collection if record else ""),
    }


def _drift_decisions(stores: Connections, tenant: str) -> Row:
    return drift_decisions.shown(stores.trail.drift_decisions(tenant), datetime.now(UTC))


def _documents(stores: Connections, tenant: str, collection: str) -> Row:
    """Return how many documents wait for this collection, with the seconds that takes, and how many are cut there; all
    wait when there is none."""
    found = indexing.read(stores.warehouse, tenant, collection)
    cut = stores.warehouse.query("status_truncated", tenant=tenant, collection=collection)[0]["documents"]
    return {
        "waiting": found.waiting, "truncated": cut, "total": found.total, "done": found.done, "eta_s": found.eta_s
    }  # fmt: skip


def _audited(collection: str, audit: Audit) -> Row:
    """Return how far the audit of a collection is, what it found since it began, and when it last had seen all."""
    return {
        "collection": collection, "done": audit.done, "total": audit.total, "found": audit.found,
        "mended": audit.mended, "whole_at": audit.whole_at.isoformat() if audit.whole_at else None,
    }  # fmt: skip


def _build(rebuilt: tuple[int, int] | None, progress: Progress | None) -> dict[str, int | float | None]:
    """Return how far a build is, in documents, and the seconds left, None when it is done; one that is filled anew, by
    that."""
    if rebuilt is not None:
        return {"done": rebuilt[0], "total": rebuilt[1], "eta_s": None}
    if progress is None:
        return {"done": None, "total": None, "eta_s": None}
    return {"done": progress.done, "total": progress.total, "eta_s": progress.eta_s or None}
