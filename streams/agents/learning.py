"""Learning: each of the loop's own decisions is a row of `events`, for people and for lineage.

One that was not signed by whoever may say it becomes a dead letter, so that what the views show was decided.
"""

from collections.abc import Collection

from schemas.topics import LEARNING
from stores.signing import Objecting
from streams.agents import AgentContext
from streams.batch import BatchWrites, RecordBatch
from streams.event_columns import decode_each, event_rows

TOPIC = LEARNING


def process(batch: RecordBatch, context: AgentContext) -> None:
    """Store what follows from a batch. Raises `Retryable` when a store is away: call again."""
    context.writer.write(writes(batch, context.tenants, context.signing))


def writes(batch: RecordBatch, tenants: Collection[str], signing: Objecting) -> BatchWrites:
    """Return what is to be stored of a batch. Raises `Retryable` while nobody can say whose signatures hold."""
    decoded = decode_each(batch, tenants, signing.objection)
    return BatchWrites(batch, [("events", event_rows(decoded, {}))], None, decoded.rejected)
