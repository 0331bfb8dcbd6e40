"""`python -m indexer`: runs the story until SIGTERM or SIGINT, exits 0."""

import logging
import os
import signal
import sys
import threading
from datetime import UTC, datetime
from types import FrameType

from indexer.service import Indexer, ServiceConfig
from indexer.wiring import build_indexer
from stores import lease, redis_client, settings
from stores.errors import Retryable, TidewheelError
from stores.learning import Learning
from stores.settings import Settings

LOG = logging.getLogger("indexer")
LEASE_S = 10.0
"""Milvus Lite takes one writer per collection: one indexer at a time, another takes over this long after it died."""


class Stopping(BaseException):
    """The process was asked to stop; every step may be cut short between batches."""


class Process:
    """One run of the service."""

    def __init__(self, where: Settings) -> None:
        self._settings = where
        self._stop = threading.Event()

    def stop(self, number: int, frame: FrameType | None) -> None:
        """Ask the loop to end (a signal handler)."""
        self._stop.set()

    def run(self) -> None:
        """Take the lease, build the indexer, go round until asked to stop."""
        held = self._lease()
        if held is None:
            return
        with held:
            learning = Learning(self._settings, _now)
            try:
                indexer = build_indexer(self._settings, learning.emit, _now, self._sleep, self._check_stop)
                self._loop(learning, indexer, held)
            except Stopping:
                LOG.info("stopped between two batches")
            finally:
                learning.close()

    def _lease(self) -> lease.Lease | None:
        client = redis_client.connect(self._settings)
        while not self._stop.is_set():
            if held := lease.acquire(client, "indexer", LEASE_S):
                return held
            self._stop.wait(1.0)
        return None

    def _loop(self, learning: Learning, indexer: Indexer, held: lease.Lease) -> None:
        LOG.info("ready")
        busy, idle_s = True, ServiceConfig().idle_s
        while not self._stop.is_set():
            held.check()
            try:
                busy = learning.handle(indexer.handle, 0.0 if busy else idle_s) > 0
                busy = indexer.turn() or busy
            except Retryable as error:
                LOG.warning("waiting: %s", error)
                self._stop.wait(1.0)

    def _sleep(self, seconds: float) -> None:
        self._stop.wait(seconds)

    def _check_stop(self) -> None:
        if self._stop.is_set():
            raise Stopping


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> int:
    """Run the service; 0 when it was asked to stop, else the error's own message and 1."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    os.nice(5)  # building gives way to searching when they share a machine
    try:
        process = Process(settings.load())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, process.stop)
        process.run()
    except TidewheelError as error:
        LOG.error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
