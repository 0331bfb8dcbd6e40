"""What a packet shows of the training run: the held-out queries on which its candidate gained and lost most."""

from collections.abc import Sequence

from indexer.comparison import shown, titles
from schemas.packet import ExampleQuery, HeldOut
from stores.warehouse import Row, Warehouse

_EXAMPLES = 5


def held_out(warehouse: Warehouse, tenant: str, run: str) -> HeldOut:
    """Return the run's greatest gains and losses, from the scores that the trainer kept."""
    rows = warehouse.query("index_run_scores", tenant=tenant, run=run)
    wins = [row for row in rows[:_EXAMPLES] if row["candidate"] > row["live"]]
    losses = [row for row in reversed(rows[-_EXAMPLES:]) if row["candidate"] < row["live"]]
    documents = {d for row in (*wins, *losses) for d in (*row["live_found"], *row["candidate_found"])}
    known = titles(warehouse, tenant, documents)
    return HeldOut(wins=_examples(wins, known), losses=_examples(losses, known))


def _examples(rows: Sequence[Row], known: dict[str, str]) -> tuple[ExampleQuery, ...]:
    return tuple(
        ExampleQuery(
            query=row["query"],
            ndcg_live=row["live"],
            ndcg_shadow=row["candidate"],
            live=shown(row["live_found"], frozenset(row["relevant"]), known),
            shadow=shown(row["candidate_found"], frozenset(row["relevant"]), known),
        )
        for row in rows
    )
