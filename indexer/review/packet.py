"""What a packet shows of the training run: the held-out queries on which its candidate gained and lost most."""

from collections.abc import Sequence

from indexer.review.examples import Tried, examples
from schemas.packet import HeldOut
from stores.ports import Queries
from stores.warehouse import Row

_EXAMPLES = 5


def held_out(warehouse: Queries, tenant: str, run: str, snapshot: str) -> HeldOut:
    """Return the run's greatest gains and losses, from the scores of the try that has this snapshot."""
    rows = warehouse.query("index_run_scores", tenant=tenant, run=run, snapshot=snapshot)
    wins = [row for row in rows if row["candidate"] > row["live"]]
    losses = [row for row in reversed(rows) if row["candidate"] < row["live"]]
    return HeldOut(
        wins=examples(warehouse, tenant, _tried(wins), _EXAMPLES),
        losses=examples(warehouse, tenant, _tried(losses), _EXAMPLES),
    )


def _tried(rows: Sequence[Row]) -> list[Tried]:
    return [
        Tried(
            query=row["query"],
            wanted=frozenset(row["relevant"]),
            live=row["live_found"],
            shadow=row["candidate_found"],
            ndcg_live=row["live"],
            ndcg_shadow=row["candidate"],
        )
        for row in rows
    ]
