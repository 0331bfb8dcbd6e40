"""Scores of a run that did not take place, stored as the trainer stores those of its runs."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from stores.evaluation import Evaluation, of_columns
from stores.settings import Settings
from stores.warehouse import Warehouse

METRICS = ("score", "ndcg_10", "mrr_10", "map_10", "recall_10", "precision_10")


class Scored(NamedTuple):
    """One system's answer to one held-out query; `score` (0 to 1) counts for every metric."""

    query: str
    system: str
    relevant: str
    retrieved: tuple[str, ...]
    score: float


def store(where: Settings, tenant: str, run: str, rows: Sequence[Scored]) -> Evaluation:
    """Write the rows of `query_scores`; return what they say, and their hash."""
    columns: dict[str, list[Any]] = {
        "tenant": [tenant] * len(rows),
        "run": [run] * len(rows),
        "query": [row.query for row in rows],
        "system": [row.system for row in rows],
        "slices": [["all"]] * len(rows),
        "relevant": [[row.relevant] for row in rows],
        "retrieved": [list(row.retrieved) for row in rows],
        **{metric: [row.score for row in rows] for metric in METRICS},
    }
    warehouse = Warehouse.connect(where)
    warehouse.insert("query_scores", columns)
    warehouse.close()
    return of_columns(columns)
