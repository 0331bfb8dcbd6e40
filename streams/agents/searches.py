"""Searches: a served search is a row of `events`, and moves time. It gives no pair: what is shown is no signal yet."""

from collections.abc import Collection

from schemas.topics import SEARCHES
from streams.agents import AgentContext
from streams.batch import BatchWrites, RecordBatch
from streams.event_columns import decode_together, rows_together

TOPIC = SEARCHES


def process(batch: RecordBatch, context: AgentContext) -> None:
    """Store what follows from a batch. Raises `Retryable` when a store is away: call again."""
    context.writer.write(writes(batch, context.tenants))


def writes(batch: RecordBatch, tenants: Collection[str]) -> BatchWrites:
    """Return what is to be stored of a batch of SearchServed. Pure."""
    served = decode_together(batch, tenants)
    rows = rows_together(batch, served, {"interaction": served.table["search"], "query": served.table["query"]})
    newest = int(served.occurred_at.max()) if len(served.occurred_at) else None
    return BatchWrites(batch, [("events", rows)], None, served.rejected, newest)
