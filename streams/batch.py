"""One batch on its way: as it was read, and what is to be stored of it. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from schemas.codec import Rejection
from schemas.topics import Topic
from stores.access_lists import AccessList
from stores.columns import Column
from streams.transport import Record

Columns = dict[str, Column]
"""Columns of a warehouse table, by name."""


@dataclass(frozen=True, slots=True)
class RecordBatch:
    """Consecutive records of one partition, in order, never empty, as columns: row i is record i.

    `topic_id` is the id that the broker gave the topic, `previous` the last offset read before, when this worker knows
    it. `keys` and `values` are Arrow arrays of binary, null where the record has none (pyarrow carries no types).
    """

    topic: Topic
    topic_id: str
    partition: int
    offsets: NDArray[np.uint64]
    keys: Any
    values: Any
    received_at: datetime
    previous: int | None = None

    @classmethod
    def of(
        cls, topic: Topic, topic_id: str, records: Sequence[Record], now: datetime, previous: int | None = None
    ) -> "RecordBatch":
        """Take a transport's records, received `now`, apart into columns."""
        return cls(
            topic,
            topic_id,
            records[0].partition,
            np.array([record.offset for record in records], np.uint64),
            pa.array([record.key for record in records], pa.binary()),
            pa.array([record.value for record in records], pa.binary()),
            now,
            previous,
        )

    @property
    def source(self) -> str:
        """Return the name of the partition, unique over all topics that ever were."""
        return f"{self.topic.name}/{self.topic_id}/{self.partition}"

    @property
    def span(self) -> tuple[int, int]:
        """Return the first and the last offset."""
        return int(self.offsets[0]), int(self.offsets[-1])


@dataclass(frozen=True, slots=True)
class Accesses:
    """Document accesses of a batch as parallel columns, in the form that `AccessLog.record` takes.

    In order of users; `positions` say where in the batch each stands; `times` are milliseconds since 1970.
    """

    positions: NDArray[np.int64]
    users: list[str]
    members: list[str]
    times: list[int]


@dataclass(frozen=True, slots=True)
class BatchWrites:
    """All that follows from a batch: rows by table, accesses for the open sessions, what was rejected and why, the
    newest event time (milliseconds since 1970; None when nothing was accepted or the topic does not move time), and the
    documents' access lists by tenant."""

    batch: RecordBatch
    tables: list[tuple[str, Columns]] = field(default_factory=list)
    accesses: Accesses | None = None
    rejected: list[tuple[int, Rejection]] = field(default_factory=list)
    newest: int | None = None
    lists: Mapping[str, Sequence[AccessList]] = field(default_factory=dict)
