"""The comparison (shadow test): real recent queries through the live collection and the shadow, side by side.

Clicks were made on what the live model showed, so the click-based nDCG favours it: a shadow that is level there is
likely better. It is a check for harm, not the proof of gain; that is the training run's comparison on held-out queries.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from indexer.indexing.sync import Target
from indexer.review.examples import Tried, examples
from indexer.search.searcher import retrieve
from indexer.search.shown import Found
from retrieval import metrics
from retrieval.encoders import EncoderSource
from schemas.fusion import Fusion
from schemas.packet import ExampleQuery, Latency, ShadowTest
from stores.serving import ServingRecord
from stores.vectors import Vectors
from stores.warehouse import Warehouse

K = 10


class ComparisonConfig(BaseModel):
    """How much is tried."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    queries: int = Field(default=100, ge=0, description="newest distinct queries that are compared")
    timed: int = Field(default=30, ge=0, description="queries sent one by one through both, in turn, for the latencies")
    examples: int = Field(default=5, ge=0, description="best and worst queries shown of each kind")


@dataclass(frozen=True, slots=True)
class Compared:
    """One query's documents in both, and what people opened for it."""

    query: str
    clicked: frozenset[str]
    live: tuple[str, ...]
    shadow: tuple[str, ...]

    @property
    def overlap(self) -> float:
        """Return the share of the longer list that both have; 1 when both are empty."""
        longer = max(len(self.live), len(self.shadow))
        return len(set(self.live) & set(self.shadow)) / longer if longer else 1.0

    @property
    def ndcg_live(self) -> float:
        """Return nDCG@10 of the live collection on clicks; 0 when nothing was opened."""
        return metrics.ndcg(self.live, dict.fromkeys(self.clicked, 1.0), K)

    @property
    def ndcg_shadow(self) -> float:
        """Return nDCG@10 of the shadow on clicks; 0 when nothing was opened."""
        return metrics.ndcg(self.shadow, dict.fromkeys(self.clicked, 1.0), K)

    @property
    def gain(self) -> float:
        """Return nDCG of the shadow less that of the live collection."""
        return self.ndcg_shadow - self.ndcg_live

    def tried(self) -> Tried:
        """Return it as an example; a query for which nothing was opened has no nDCG."""
        scores = (self.ndcg_live, self.ndcg_shadow) if self.clicked else (None, None)
        return Tried(self.query, self.clicked, self.live, self.shadow, *scores)


@dataclass(frozen=True, slots=True)
class Served:
    """A collection and the fusion that it is served with."""

    target: Target
    fusion: Fusion

    @classmethod
    def live(cls, record: ServingRecord) -> "Served":
        """Return what answers the tenant's searches."""
        return cls(Target.of(record.tenant, record), record.fusion)


class ComparisonRunner:
    """Compares a tenant's live collection with a shadow. `yield_point` is called between its parts."""

    def __init__(
        self,
        warehouse: Warehouse,
        vectors: Vectors,
        encoders: EncoderSource,
        config: ComparisonConfig,
        yield_point: Callable[[], None] = lambda: None,
    ) -> None:
        self._warehouse = warehouse
        self._vectors = vectors
        self._encoders = encoders
        self._config = config
        self._yield_point = yield_point

    def run(self, live: Served, shadow: Served) -> ShadowTest:
        """Compare two collections of one tenant on what its people asked last."""
        tenant = live.target.tenant
        rows = self._warehouse.query("index_queries", tenant=tenant, limit=self._config.queries)
        queries = [row["query"] for row in rows]
        if not queries:
            return _nothing()
        left, right = self._documents(live, queries), self._documents(shadow, queries)
        compared = [
            Compared(row["query"], frozenset(row["clicked"]), a, b) for row, a, b in zip(rows, left, right, strict=True)
        ]
        times = self._times(live, shadow, queries[: self._config.timed])
        return self._summary(tenant, compared, times)

    def _documents(self, served: Served, queries: Sequence[str]) -> list[tuple[str, ...]]:
        return [tuple(f.document for f in found) for found in self._retrieve(served, queries)]

    def _retrieve(self, served: Served, queries: Sequence[str]) -> list[list[Found]]:
        target = served.target
        encoder = self._encoders.get(target.tenant, target.model, target.manifest)
        return retrieve(self._vectors, encoder, target.collection, queries, None, K, served.fusion)

    def _times(self, live: Served, shadow: Served, queries: Sequence[str]) -> tuple[Latency, Latency]:
        times: tuple[list[float], list[float]] = ([], [])
        for turn, query in enumerate(queries):
            self._yield_point()
            for side in (0, 1) if turn % 2 else (1, 0):
                began = time.perf_counter()
                self._retrieve((live, shadow)[side], [query])
                times[side].append((time.perf_counter() - began) * 1000)
        return _latency(times[0]), _latency(times[1])

    def _summary(self, tenant: str, compared: list[Compared], times: tuple[Latency, Latency]) -> ShadowTest:
        judged = sorted((c for c in compared if c.clicked), key=lambda c: (-c.gain, c.query))
        different = sorted((c for c in compared if c.overlap < 1), key=lambda c: (c.overlap, c.query))
        return ShadowTest(
            queries=len(compared),
            overlap_at_10=float(np.mean([c.overlap for c in compared])),
            judged=len(judged),
            ndcg_live=float(np.mean([c.ndcg_live for c in judged])) if judged else None,
            ndcg_shadow=float(np.mean([c.ndcg_shadow for c in judged])) if judged else None,
            latency_live=times[0],
            latency_shadow=times[1],
            better=self._examples(tenant, [c for c in judged if c.gain > 0]),
            worse=self._examples(tenant, [c for c in reversed(judged) if c.gain < 0]),
            different=self._examples(tenant, different),
        )

    def _examples(self, tenant: str, compared: Sequence[Compared]) -> tuple[ExampleQuery, ...]:
        return examples(self._warehouse, tenant, [c.tried() for c in compared], self._config.examples)


def _latency(times: list[float]) -> Latency:
    p50, p95 = np.percentile(times, [50, 95])
    return Latency(p50_ms=round(float(p50), 1), p95_ms=round(float(p95), 1))


def _nothing() -> ShadowTest:
    return ShadowTest(
        queries=0, overlap_at_10=None, judged=0, ndcg_live=None, ndcg_shadow=None, latency_live=None,
        latency_shadow=None, better=(), worse=(), different=(),
    )  # fmt: skip
