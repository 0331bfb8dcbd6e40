"""A sender that cares: what a broker did not take is sent again, the same, until it has.

A producer that failed is replaced: one that has known a broker which lost its topics may never deliver again.
"""

import threading
import time
from collections.abc import Sequence

from schemas.topics import TOPICS
from stores import kafka
from stores.errors import TidewheelError

AGAIN_S = 0.2
DELIVER_WITHIN_S = 15.0

Record = tuple[str, bytes, bytes | None]
"""(topic, key, value)."""


class Sender:
    """Delivers records; safe to use from several threads."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._producer = self._new()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self.records = 0
        """How many records were handed to the broker, repeats included."""

    def deliver(self, records: Sequence[Record]) -> None:
        """Return when the broker has all records, or after `stop`."""
        with self._lock:
            while not self._stop.is_set():
                self.records += len(records)
                try:
                    for topic, key, value in records:
                        self._producer.send(topic, key, value)
                    self._producer.flush()
                    return
                except TidewheelError:
                    time.sleep(AGAIN_S)
                    self._producer = self._new()
                    self._make_topics()

    def stop(self) -> None:
        """Deliver nothing any more."""
        self._stop.set()

    def _new(self) -> kafka.EventProducer:
        return kafka.EventProducer(self._bootstrap, linger_ms=5, deliver_within_s=DELIVER_WITHIN_S)

    def _make_topics(self) -> None:
        try:
            kafka.ensure_topics(self._bootstrap, TOPICS.values(), within_s=3.0)
        except TidewheelError:
            return  # it is away: found out again at the next try
