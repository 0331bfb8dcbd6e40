"""Storing what follows from a batch: every store must answer before the batch may be acknowledged.

Order: dead letters, rows, current access lists, open sessions, late marks, and the batch's own row last, so that a
batch that the ledger knows is stored in full. Everything is keyed by where it came from, so doing it again, in whole or
in part, changes nothing.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from schemas.ids import split_ids
from schemas.instants import milliseconds
from stores.access_lists import AccessList, AccessLists
from stores.access_log import AccessLog, Recorded
from stores.columns import Column, Same
from stores.ports import Inserts
from streams.batch import Accesses, BatchWrites, RecordBatch
from streams.dead_letters import DeadLetters

log = logging.getLogger(__name__)


class Repair(Protocol):
    """What is to be done when the open sessions turn out to have lost accesses."""

    def __call__(self, batch: RecordBatch, known: int | None) -> None:
        """Look whether accesses before the batch were lost, and open them; its source is known up to offset `known`."""
        ...


@dataclass(frozen=True, slots=True)
class Writer:
    """The stores of one worker; safe to use from several threads."""

    inserts: Inserts
    accesses: AccessLog
    lists: AccessLists
    dead: DeadLetters
    repair: Repair
    worker: str

    def write(self, writes: BatchWrites) -> None:
        """Store everything. Raises `Retryable` when a store is away: call again with the same argument."""
        batch = writes.batch
        self.dead.put(batch, writes.rejected)
        for table, columns in writes.tables:
            self.inserts.insert(table, columns)
        self.put_lists(writes.lists)
        if writes.accesses is not None:
            self._open(batch, writes.accesses)
        elif writes.newest is not None:
            self.accesses.reach(batch.source, writes.newest, milliseconds(batch.received_at))
        self.inserts.insert("batches", self._batch(batch))

    def put_lists(self, lists: Mapping[str, Sequence[AccessList]]) -> None:
        """Let documents' access lists, by tenant, hold for searches from now on. Raises `Retryable`."""
        for tenant, of_documents in lists.items():
            self.lists.put(tenant, of_documents)

    def _open(self, batch: RecordBatch, accesses: Accesses) -> None:
        recorded = self._record(batch, accesses)
        if recorded.refused:
            self.repair(batch, recorded.previous_offset)
            recorded = self._record(batch, accesses, repaired=True)
        if recorded.late:
            self.inserts.insert("late_accesses", _late(batch, accesses, recorded))

    def _record(self, batch: RecordBatch, accesses: Accesses, repaired: bool = False) -> Recorded:
        now, columns = milliseconds(batch.received_at), (accesses.users, accesses.members, accesses.times)
        return self.accesses.record(batch.source, batch.span, now, *columns, repaired)

    def _batch(self, batch: RecordBatch) -> dict[str, Column]:
        first, last = batch.span
        absent = _absent(batch)
        return {
            "topic": Same(batch.topic.name),
            "topic_id": Same(batch.topic_id),
            "partition": Same(batch.partition),
            "first_offset": [first],
            "last_offset": [last],
            "events": [len(batch.values)],
            "absent_from": [[start for start, _ in absent]],
            "absent_to": [[end for _, end in absent]],
            "worker": Same(self.worker),
            "processed_at": Same(batch.received_at),
        }


def _absent(batch: RecordBatch) -> list[tuple[int, int]]:
    """Return the runs of offsets that the broker does not have: within the batch, where compaction and transaction
    markers leave them, and before it if the topic is compacted. Elsewhere what lies between two batches is missing."""
    steps = np.flatnonzero(np.diff(batch.offsets) > 1)
    within = [(int(batch.offsets[i]) + 1, int(batch.offsets[i + 1]) - 1) for i in steps]
    if batch.topic.retention_ms is None and batch.previous is not None and batch.span[0] > batch.previous + 1:
        return [(batch.previous + 1, batch.span[0] - 1), *within]
    return within


def _late(batch: RecordBatch, accesses: Accesses, recorded: Recorded) -> dict[str, Column]:
    late = recorded.late
    positions = accesses.positions[late]
    owners = [split_ids(accesses.users[i]) for i in late]
    return {
        "topic": Same(batch.topic.name),
        "topic_id": Same(batch.topic_id),
        "partition": Same(batch.partition),
        "offset": batch.offsets[positions],
        "tenant": [tenant for tenant, _ in owners],
        "user": [user for _, user in owners],
        "event_id": [split_ids(accesses.members[i])[0] for i in late],
        "occurred_at": [accesses.times[i] for i in late],
        "watermark": Same(recorded.watermark),
    }
