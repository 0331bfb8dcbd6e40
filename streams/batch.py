"""One batch on its way: as it was read, and what is to be stored of it. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from schemas.codec import Rejection
from schemas.topics import Topic
from stores.columns import Column
from streams.transport import Record

Columns = dict[str, Column]
"""Columns of a warehouse table, by name."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Consecutive records of one partition, in order, never empty.

    `log` is the id that the broker gave the topic, `previous` the last offset read before, when this worker knows it.
    """

    topic: Topic
    log: str
    partition: int
    offsets: NDArray[np.uint64]
    keys: list[bytes | None]
    values: list[bytes | None]
    received_at: datetime
    previous: int | None = None

    @classmethod
    def of(cls, topic: Topic, log: str, records: Sequence[Record], now: datetime, previous: int | None = None) -> "Raw":
        """Take a transport's records apart into columns."""
        return cls(
            topic,
            log,
            records[0].partition,
            np.array([record.offset for record in records], np.uint64),
            [record.key for record in records],
            [record.value for record in records],
            now,
            previous,
        )

    @property
    def source(self) -> str:
        """Return the name of the partition, unique over all topics that ever were."""
        return f"{self.topic.name}/{self.log}/{self.partition}"

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


@dataclass(slots=True)
class Prepared:
    """All that follows from a batch: rows by table, accesses for the open sessions, what was rejected and why, and the
    newest event time (milliseconds since 1970; None when nothing was accepted or the topic does not move time)."""

    raw: Raw
    tables: list[tuple[str, Columns]] = field(default_factory=list)
    accesses: Accesses | None = None
    rejected: list[tuple[int, Rejection]] = field(default_factory=list)
    newest: int | None = None
