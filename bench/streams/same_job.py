"""What every contestant but the floor does with its records: this project's own pure functions and stores.

So the difference between contestants is how records come from Kafka, and in batches of what size.
"""

import threading
import time
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from schemas.topics import CITATIONS, CLICKS, TOPICS
from stores import settings
from stores.warehouse import Warehouse
from streams.batch import Raw
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
        self._parts = assemble(where, warehouse)
        self._steps = {CLICKS.name: self._parts.preparation.clicks, CITATIONS.name: self._parts.preparation.citations}
        self._sources = frozenset(
            f"{topic.name}/{self._parts.logs[topic.name]}/{number}"
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
        log = self._parts.logs[topic]
        raw = Raw(TOPICS[topic], log, partition, np.array(offsets, np.uint64), keys, values, received_at)
        self._parts.writer.write(self._steps[topic](raw))

    def keep_closing(self) -> None:
        """Close complete sessions in a thread of its own, as a worker of ours does."""
        threading.Thread(target=self._close, daemon=True).start()

    def _close(self) -> None:
        while True:
            closed = self._parts.closing.step(self._sources, frozenset(), time.time_ns() // 1_000_000)
            if not closed.users:
                time.sleep(self._parts.config.close_every_s)
