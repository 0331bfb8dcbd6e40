"""What a period of learning brought and took: training runs with their gains, their costs, and what searching took."""

from dataclasses import dataclass
from datetime import datetime

from operations.periods import Period
from stores.warehouse import Row, Warehouse


@dataclass(frozen=True, slots=True)
class Run:
    """One training run. Scores are nDCG@10 of what is served; both are None where nothing was compared.

    `train_s` is over all rungs that were tried; `documents` and `passages` are what the chosen one embeds anew.
    """

    run: str
    requested_at: datetime
    requested_by: str
    reason: str
    ended_at: datetime | None
    verdict: str
    model: str
    rung: str
    live: float | None
    candidate: float | None
    low: float
    high: float
    reasons: tuple[str, ...]
    train_s: float
    documents: int
    passages: int
    live_at: datetime | None

    @property
    def gain(self) -> float | None:
        """Return by how much the candidate was better on held-out queries."""
        return None if self.candidate is None or self.live is None else self.candidate - self.live


@dataclass(frozen=True, slots=True)
class Latencies:
    """What searching took, in milliseconds; None without a search."""

    searches: int
    median_ms: float | None
    p95_ms: float | None


def runs(warehouse: Warehouse, tenant: str, period: Period) -> tuple[Run, ...]:
    """Return the runs that were asked for in a period, in order of time."""
    return tuple(map(run_of, warehouse.query("runs_costs", tenant=tenant, **period.parameters())))


def latencies(warehouse: Warehouse, tenant: str, period: Period) -> Latencies:
    """Return what searching took in a period."""
    (row,) = warehouse.query("search_latencies", tenant=tenant, **period.parameters())
    some = row["searches"] > 0
    return Latencies(row["searches"], row["median_ms"] if some else None, row["p95_ms"] if some else None)


def run_of(row: Row) -> Run:
    """Return the run that a row of `runs_costs` tells of. Pure."""
    compared = row["ndcg_live"] != 0 or row["ndcg_candidate"] != 0
    return Run(
        row["run"], row["requested_at"], row["requested_by"], row["reason"], _known(row["ended_at"]), row["verdict"],
        row["model"], row["rung"], row["ndcg_live"] if compared else None, row["ndcg_candidate"] if compared else None,
        row["low"], row["high"], tuple(row["reasons"]), row["train_s"], row["documents"], row["passages"],
        _known(row["live_at"]),
    )  # fmt: skip


def _known(at: datetime) -> datetime | None:
    """Return a time, None for the beginning of 1970, which ClickHouse gives for none."""
    return at if at.year > 1970 else None
