"""Storing what follows from a batch: every store must answer before the batch may be acknowledged.

Order: dead letters, rows, open sessions, late marks, and the batch's own row last, so that a batch that the ledger
knows is stored in full. Everything is keyed by where it came from, so doing it again, in whole or in part, changes
nothing.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from stores.access_log import AccessLog, Recorded
from stores.columns import Column, Same
from streams.batch import Accesses, Prepared, Raw
from streams.dead_letters import DeadLetters
from streams.event_rows import in_milliseconds

log = logging.getLogger(__name__)


class Inserts(Protocol):
    """What storing needs of `stores.grouped.GroupedInserts` or `stores.warehouse.Warehouse`."""

    def insert(self, table: str, columns: Mapping[str, Column]) -> int:
        """Insert columns and return the number of rows, after the server has stored them."""
        ...


class Repair(Protocol):
    """What is to be done when the open sessions turn out to have lost accesses."""

    def __call__(self, raw: Raw, known: int | None) -> None:
        """Look whether accesses before the batch were lost, and open them; its source is known up to offset `known`."""
        ...


@dataclass(frozen=True, slots=True)
class Writer:
    """The stores of one worker; safe to use from several threads."""

    inserts: Inserts
    accesses: AccessLog
    dead: DeadLetters
    repair: Repair
    worker: str

    def write(self, prepared: Prepared) -> None:
        """Store everything. Raises `Retryable` when a store is away: call again with the same argument."""
        self.dead.put(prepared.raw, prepared.rejected)
        for table, columns in prepared.tables:
            self.inserts.insert(table, columns)
        if prepared.accesses is not None:
            self._open(prepared.raw, prepared.accesses)
        elif prepared.newest is not None:
            self.accesses.reach(prepared.raw.source, prepared.newest, in_milliseconds(prepared.raw.received_at))
        self.inserts.insert("batches", self._batch(prepared.raw))

    def _open(self, raw: Raw, accesses: Accesses) -> None:
        recorded = self._record(raw, accesses)
        if recorded.refused:
            self.repair(raw, recorded.previous_offset)
            recorded = self._record(raw, accesses, repaired=True)
        if recorded.late:
            self.inserts.insert("late_accesses", _late(raw, accesses, recorded))

    def _record(self, raw: Raw, accesses: Accesses, repaired: bool = False) -> Recorded:
        now, columns = in_milliseconds(raw.received_at), (accesses.users, accesses.members, accesses.times)
        return self.accesses.record(raw.source, raw.span, now, *columns, repaired)

    def _batch(self, raw: Raw) -> dict[str, Column]:
        first, last = raw.span
        absent = _absent(raw)
        return {
            "topic": Same(raw.topic.name),
            "log": Same(raw.log),
            "partition": Same(raw.partition),
            "first_offset": [first],
            "last_offset": [last],
            "events": [len(raw.values)],
            "absent_from": [[start for start, _ in absent]],
            "absent_to": [[end for _, end in absent]],
            "worker": Same(self.worker),
            "processed_at": Same(raw.received_at),
        }


def _absent(raw: Raw) -> list[tuple[int, int]]:
    """Return the runs of offsets that the broker does not have: within the batch, where compaction and transaction
    markers leave them, and before it if the topic is compacted. Elsewhere what lies between two batches is missing."""
    steps = np.flatnonzero(np.diff(raw.offsets) > 1)
    within = [(int(raw.offsets[i]) + 1, int(raw.offsets[i + 1]) - 1) for i in steps]
    if raw.topic.retention_ms is None and raw.previous is not None and raw.span[0] > raw.previous + 1:
        return [(raw.previous + 1, raw.span[0] - 1), *within]
    return within


def _late(raw: Raw, accesses: Accesses, recorded: Recorded) -> dict[str, Column]:
    late = recorded.late
    positions = accesses.positions[late]
    owners = [accesses.users[i].split("\x1f", 1) for i in late]
    return {
        "topic": Same(raw.topic.name),
        "log": Same(raw.log),
        "partition": Same(raw.partition),
        "offset": raw.offsets[positions],
        "tenant": [tenant for tenant, _ in owners],
        "user": [user for _, user in owners],
        "event_id": [accesses.members[i].split("\x1f", 1)[0] for i in late],
        "occurred_at": [accesses.times[i] for i in late],
        "watermark": Same(recorded.watermark),
    }
