"""`python -m indexer`: builds the parts, runs the story until SIGTERM or SIGINT, exits 0."""

import logging
import os
import sys
from datetime import UTC, datetime
from functools import partial

from indexer.comparison import ShadowTester
from indexer.config import IndexerConfig
from indexer.cutover import Cutover
from indexer.documents import Documents
from indexer.live_first import LiveFirst
from indexer.service import Indexer
from indexer.shadow import Shadows
from indexer.sync import Sync
from indexer.upkeep import Keeper
from indexer.verify import Verifier
from retrieval.config import RetrievalConfig
from retrieval.encoders import Encoders
from stores import configuration, lease, redis_client, settings
from stores.errors import Retryable
from stores.learning import Learning
from stores.service import Life, Stopped, run
from stores.serving import Serving
from stores.settings import Settings
from stores.shelf import Shelf
from stores.vectors import Vectors
from stores.warehouse import Warehouse

LOG = logging.getLogger("indexer")
GROUP = "tidewheel-indexer"


class Process:
    """One run of the service."""

    def __init__(self, given: Settings, life: Life) -> None:
        self._settings = given
        self._config = configuration.load("indexer", IndexerConfig, given.home)
        self._retrieval = configuration.load("retrieval", RetrievalConfig, given.home)
        self._life = life
        self._live_first: LiveFirst | None = None

    def run(self) -> None:
        """Take the lease, build the parts, go round until asked to stop.

        Milvus Lite takes one writer per collection: one indexer at a time works, another waits for its lease.
        """
        client = redis_client.connect(self._settings)
        with (
            self._life.connect(partial(lease.wait_for, client, "indexer", self._config.lease_s)) as held,
            self._life.connect(lambda: Learning(self._settings, GROUP, _now)) as learning,
        ):
            self._loop(learning, self._life.connect(lambda: self._indexer(learning)), held)

    def _loop(self, learning: Learning, indexer: Indexer, held: lease.Lease) -> None:
        LOG.info("ready")
        busy, idle_s = True, self._config.service.idle_s
        while not self._life.stop.is_set():
            held.check()
            try:
                busy = learning.handle(indexer.handle, 0.0 if busy else idle_s) > 0
                busy = indexer.turn() or busy
            except Retryable as error:
                LOG.warning("waiting: %s", error)
                self._life.stop.wait(1.0)

    def _indexer(self, learning: Learning) -> Indexer:
        config, where = self._config, self._settings
        warehouse, vectors, serving = Warehouse.connect(where), Vectors.connect(where), Serving.connect(where)
        encoders = Encoders(Shelf.open(where), self._retrieval.encoder)
        sync = Sync(Documents(warehouse), vectors, encoders, config.sync, _now, self._rest, self._breathe)
        verifier, keeper = Verifier(sync, config.verify, _now), Keeper(serving, sync, _now)
        tester = ShadowTester(warehouse, vectors, encoders, config.comparison, self._breathe)
        self._live_first = LiveFirst(serving, keeper, config.service.shadow_slice_s, _now)
        return Indexer(
            serving,
            keeper,
            self._live_first,
            Shadows(serving, sync, verifier, tester, config.verify, _now, learning.emit),
            Cutover(serving, sync, verifier, config.verify, _now),
            config.service,
            learning.emit,
            _now,
        )

    def _rest(self, seconds: float) -> None:
        self._life.stop.wait(seconds)

    def _breathe(self) -> None:
        if self._life.stop.is_set():
            raise Stopped("between two batches")
        if self._live_first is not None:
            self._live_first.breathe()


def _now() -> datetime:
    return datetime.now(UTC)


def work(life: Life) -> None:
    """Build and serve until asked to stop."""
    os.nice(5)  # building gives way to searching when they share a machine
    Process(settings.load(), life).run()


if __name__ == "__main__":
    sys.exit(run(work))
