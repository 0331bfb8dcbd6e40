"""Impressions: results that came into sight are a row of `events`, and move time. Seeing alone gives no pair."""

from collections.abc import Collection

from schemas.topics import IMPRESSIONS
from streams.agents import AgentContext
from streams.batch import BatchWrites, RecordBatch
from streams.event_columns import decode_together, rows_together

TOPIC = IMPRESSIONS


def process(batch: RecordBatch, context: AgentContext) -> None:
    """Store what follows from a batch. Raises `Retryable` when a store is away: call again."""
    context.writer.write(writes(batch, context.tenants))


def writes(batch: RecordBatch, tenants: Collection[str]) -> BatchWrites:
    """Return what is to be stored of a batch of ResultsShown. Pure."""
    shown = decode_together(batch, tenants)
    rows = rows_together(batch, shown, {"interaction": shown.table["search"]})
    newest = int(shown.occurred_at.max()) if len(shown.occurred_at) else None
    return BatchWrites(batch, [("events", rows)], None, shown.rejected, newest)
