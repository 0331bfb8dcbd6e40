"""`python -m indexer`: builds the parts, runs the story until SIGTERM or SIGINT, exits 0."""

import logging
import os
import signal
import sys
import threading
from datetime import UTC, datetime
from types import FrameType

from indexer.comparison import ShadowTestConfig, ShadowTester
from indexer.cutover import Cutover
from indexer.documents import Documents
from indexer.live_first import LiveFirst
from indexer.service import Indexer, ServiceConfig
from indexer.shadow import Shadows
from indexer.sync import Sync, SyncConfig
from indexer.upkeep import Keeper
from indexer.verify import Verifier, VerifyConfig
from retrieval.encoders import Encoders
from stores import lease, redis_client, settings
from stores.errors import Retryable, TidewheelError
from stores.learning import Learning
from stores.serving import Serving
from stores.settings import Settings
from stores.shelf import Shelf
from stores.vectors import Vectors
from stores.warehouse import Warehouse

LOG = logging.getLogger("indexer")
LEASE_S = 10.0
"""Milvus Lite takes one writer per collection: one indexer at a time, another takes over this long after it died."""


class Stopping(BaseException):
    """The process was asked to stop, or its lease went to another; every step may be cut short between batches."""


class Process:
    """One run of the service."""

    def __init__(self, given: Settings) -> None:
        self._settings = given
        self._stop = threading.Event()
        self._live_first: LiveFirst | None = None

    def stop(self, number: int, frame: FrameType | None) -> None:
        """Ask the loop to end (a signal handler)."""
        self._stop.set()

    def run(self) -> None:
        """Take the lease, build the parts, go round until asked to stop."""
        client = redis_client.connect(self._settings)
        held = None
        while held is None and not self._stop.is_set():
            held = lease.acquire(client, "indexer", LEASE_S)
            if held is None:
                self._stop.wait(1.0)
        if held is None:
            return
        with held:
            learning = Learning(self._settings, _now)
            try:
                self._loop(learning, self._indexer(learning), held)
            except Stopping:
                LOG.info("stopped between two batches")
            finally:
                learning.close()

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

    def _indexer(self, learning: Learning) -> Indexer:
        warehouse, vectors = Warehouse.connect(self._settings), Vectors.connect(self._settings)
        serving, encoders = Serving.connect(self._settings), Encoders(Shelf.open(self._settings))
        sync = Sync(Documents(warehouse), vectors, encoders, SyncConfig(), _now, self._rest, self._breathe)
        verify = VerifyConfig()
        verifier = Verifier(sync, verify, _now)
        tester = ShadowTester(warehouse, vectors, encoders, ShadowTestConfig(), self._breathe)
        config, keeper = ServiceConfig(), Keeper(serving, sync, _now)
        self._live_first = LiveFirst(serving, keeper, config.shadow_slice_s, _now)
        return Indexer(
            serving,
            keeper,
            self._live_first,
            Shadows(serving, sync, verifier, tester, verify, _now, learning.emit),
            Cutover(serving, sync, verifier, verify, _now),
            config,
            learning.emit,
            _now,
        )

    def _rest(self, seconds: float) -> None:
        self._stop.wait(seconds)

    def _breathe(self) -> None:
        if self._stop.is_set():
            raise Stopping
        if self._live_first is not None:
            self._live_first.breathe()


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
