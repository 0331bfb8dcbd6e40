"""What every contestant but the floor does with its records: this project's own pure functions and stores.

So the difference between contestants is how records come from Kafka, and in batches of what size.
"""

import threading
import time
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pyarrow as pa

from schemas.topics import CITATIONS, CLICKS, TOPICS
from stores import settings
from stores.warehouse import Warehouse
from streams.batch import RecordBatch
from streams.wiring import assemble

MEASURED = (CLICKS, CITATIONS)
"""The topics of the benchmark."""


class SameJob:
    """Decode, validate, pairs, rows, open sessions, and the closing of sessions beside it."""

    def __init__(self) -> None:
        where = settings.load()
        warehouse = Warehouse.connect(where)
        warehouse.migrate()
        self.settings = where
        self._worker = assemble(where, warehouse)
        self._sources = frozenset(
            f"{topic.name}/{self._worker.topic_ids[topic.name]}/{number}"
            for topic in MEASURED
            for number in range(topic.partitions)
        )

    def store(
        self,
        topic: str,
        partition: int,
        offsets: Sequence[int],
        keys: list[bytes | None],
        values: list[bytes | None],
        received_at: datetime,
    ) -> None:
        """Do the job for some records of one partition; `received_at` is when the first of them was read."""
        columns = (np.array(offsets, np.uint64), pa.array(keys, pa.binary()), pa.array(values, pa.binary()))
        self._worker.process(
            RecordBatch(TOPICS[topic], self._worker.topic_ids[topic], partition, *columns, received_at)
        )

    def keep_closing(self) -> None:
        """Close complete sessions in a thread of its own, as a worker of ours does."""
        threading.Thread(target=self._close, daemon=True).start()

    def _close(self) -> None:
        while True:
            closed = self._worker.closing.step(self._sources, frozenset(), time.time_ns() // 1_000_000)
            if not closed.users:
                time.sleep(self._worker.config.close_every_s)
