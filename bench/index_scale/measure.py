"""CPU time of the indexer's work, its own and that of the stores that it asks."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from bench.index_scale.corpus import Corpus, now
from embedded import control
from indexer.upkeep import Upkeep
from stores.audits import Audit
from stores.collection_states import State
from stores.serving import Collection, Serving, ServingRecord

LOOKS_A_MINUTE = 120
"""An idle indexer looks twice a second (`indexer.service.idle_s`)."""


class Meter:
    """Reads the CPU time that this process and the stores have used."""

    def __init__(self, home: Path) -> None:
        pids = [program.pid for program in control.status(home) if program.pid]
        known = {process.pid: process for pid in pids for process in _family(pid)}
        self._stores, self._own = list(known.values()), psutil.Process()

    def cost(self, work: Callable[[], object]) -> tuple[float, float, float]:
        """Return what the work took: CPU milliseconds here, in the stores, and milliseconds of time."""
        own, stores, began = _cpu_ms([self._own]), _cpu_ms(self._stores), time.perf_counter()
        work()
        took_ms = (time.perf_counter() - began) * 1e3
        return _cpu_ms([self._own]) - own, _cpu_ms(self._stores) - stores, took_ms


def figures(meter: Meter, corpus: Corpus, serving: Serving, repeats: int) -> dict[str, Any]:
    """Return what one change, an idle minute and one slice cost in this corpus: medians of `repeats`."""
    upkeep, record = _live(corpus, serving)
    change = corpus.size // (2 * repeats) or 1

    def look() -> None:
        upkeep.keep_fresh(record, upkeep.marks().get(record.tenant, 0), 2.0)

    def idle() -> None:
        for _ in range(LOOKS_A_MINUTE):
            look()

    look()  # the first look of a process reads more, and compares the first slice
    look()
    changes = []
    for turn in range(repeats):
        corpus.change(turn * change % corpus.size)
        changes.append(meter.cost(look))
    documents, ends = corpus.sync.documents, _ends(corpus, repeats)
    tenant, collection = corpus.target.tenant, corpus.target.collection

    def slices(after: str) -> None:
        until = documents.slice_end(tenant, after, 2_048)
        if until is not None:
            documents.slice(tenant, collection, after, until)

    return {
        "documents": corpus.size,
        "rows_in_milvus": corpus.in_milvus,
        "change": _figures(changes),
        "idle_minute": _figures([meter.cost(idle) for _ in range(3)]),
        "slice": _figures([meter.cost(partial(slices, after)) for after in ends]),
    }


def growth(sizes: list[dict[str, Any]], least: int = 10_000) -> dict[str, Any]:
    """Return by how much the cost grew to the largest size from `least` documents, the next size, or the smallest."""
    ordered = sorted(sizes, key=lambda one: int(one["documents"]))
    first = next((one for one in ordered if one["documents"] >= least), ordered[0])
    found: dict[str, Any] = {"from": first["documents"], "to": ordered[-1]["documents"]}
    for what in ("change", "idle_minute", "slice"):
        before = first[what]["cpu_ms"]
        found[what] = round(ordered[-1][what]["cpu_ms"] / before, 2) if before else None
    return found


def _live(corpus: Corpus, serving: Serving) -> tuple[Upkeep, ServingRecord]:
    """Make the corpus's collection what serves its tenant, and return who looks after it.

    Its audit begins tomorrow: of large tenants Milvus has not the rows that it would look for.
    """
    target, made_at = corpus.target, now()
    about = Collection(tenant=target.tenant, model=target.model, collection=target.collection, created_at=made_at)
    serving.register(about, State.BUILDING)
    record = ServingRecord(
        tenant=target.tenant, model=target.model, collection=target.collection, version=1, moved_at=made_at
    )
    serving.move(record, {target.collection: (State.BUILDING, State.LIVE)})
    tomorrow = Audit(began=made_at + timedelta(days=1), total=corpus.size)
    serving.audits.save(target.tenant, target.collection, tomorrow)
    return Upkeep(serving, corpus.sync, now), record


def _ends(corpus: Corpus, count: int) -> list[str]:
    step = max(1, corpus.size // count)
    return [f"page-{number:07d}" for number in range(0, corpus.size, step)][:count]


def _figures(costs: list[tuple[float, float, float]]) -> dict[str, float]:
    own, stores, took = (median(column) for column in zip(*costs, strict=True))
    total = median(cost[0] + cost[1] for cost in costs)
    return {
        "cpu_ms": round(total, 1),
        "own_cpu_ms": round(own, 1),
        "stores_cpu_ms": round(stores, 1),
        "wall_ms": round(took, 1),
    }


def _family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _cpu_ms(processes: list[psutil.Process]) -> float:
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
    return total * 1e3
