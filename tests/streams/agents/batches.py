"""Batches made of events, and what an agent would store of them, row by row: no store, no broker."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from schemas.codec import encode
from schemas.envelope import Event
from schemas.topics import Topic, key_of
from stores.columns import Same, rows_of
from streams.batch import BatchWrites, RecordBatch
from tests.schemas.samples import NOW

POISON = b"{not json"


def batch_of(topic: Topic, *events: Event | bytes | None, first: int = 100) -> RecordBatch:
    """Return a batch of partition 2, offsets from `first`; bytes stand as they are, under a key of no tenant."""
    values = [encode(event) if isinstance(event, Event) else event for event in events]
    keys = [key_of(event) if isinstance(event, Event) else b"?" for event in events]
    offsets = np.arange(first, first + len(values), dtype=np.uint64)
    return RecordBatch(topic, "id-1", 2, offsets, pa.array(keys, pa.binary()), pa.array(values, pa.binary()), NOW)


def rows(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return columns, of whatever kind, as rows."""
    count = rows_of(columns)
    plain = {name: [c.value] * count if isinstance(c, Same) else _plain(c) for name, c in columns.items()}
    return [{name: values[i] for name, values in plain.items()} for i in range(count)]


def _plain(column: Any) -> Sequence[Any]:  # noqa: ANN401  # lists, numpy's and Arrow's arrays
    if isinstance(column, pa.Array | pa.ChunkedArray):
        return list(column.to_pylist())
    return list(column.tolist()) if isinstance(column, np.ndarray) else list(column)


def table(writes: BatchWrites, name: str) -> list[dict[str, Any]]:
    """Return the rows that go into a table."""
    return [row for table, columns in writes.tables if table == name for row in rows(columns)]
