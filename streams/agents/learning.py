"""Learning: each of the loop's own decisions is a row of `events`, for people and for lineage."""

from collections.abc import Collection

from schemas.topics import LEARNING
from streams.agents import AgentContext
from streams.batch import BatchWrites, RecordBatch
from streams.event_columns import decode_each, event_rows

TOPIC = LEARNING


def process(batch: RecordBatch, context: AgentContext) -> None:
    """Store what follows from a batch. Raises `Retryable` when a store is away: call again."""
    context.writer.write(writes(batch, context.tenants))


def writes(batch: RecordBatch, tenants: Collection[str]) -> BatchWrites:
    """Return what is to be stored of a batch. Pure."""
    decoded = decode_each(batch, tenants)
    return BatchWrites(batch, [("events", event_rows(decoded, {}))], None, decoded.rejected)
