"""`python -m indexer`: one worker of as many as are started, until SIGTERM or SIGINT; exits 0."""

import logging
import os
import sys
import time
from datetime import UTC, datetime

from indexer.config import IndexerConfig
from indexer.wiring import build_worker
from indexer.worker import Worker
from stores import configuration, redis_client, settings
from stores.errors import Retryable
from stores.handled import Handled
from stores.learning import Learning, Sharing
from stores.service import Life, run
from stores.shares import INDEXER, Shares

LOG = logging.getLogger("indexer")
GROUP = "tidewheel-indexer"


def work(life: Life) -> None:
    """Join the workers that share the tenants, go round until asked to stop, and give the tenants back."""
    os.nice(5)  # building gives way to searching when they share a machine
    where = settings.load()
    config = configuration.load("indexer", IndexerConfig, where.home)
    client = redis_client.connect(where)
    with Shares(client, INDEXER, config.lease_s) as shares:
        sharing = Sharing(shares.holds, Handled(client, INDEXER))
        with life.connect(lambda: Learning(where, GROUP, _now, sharing=sharing)) as learning:
            worker = life.connect(
                lambda: build_worker(where, config, life, shares, learning.emit, _now, learning.waiting)
            )
            LOG.info("ready, as worker %s", shares.name)
            settings.say_ready()
            _serve(life, learning, worker, config.service.idle_s)


def _serve(life: Life, learning: Learning, worker: Worker, idle_s: float) -> None:
    """Go round; wait up to `idle_s` seconds for a decision when nothing was done, and let none wait for all tenants."""
    busy, looked_at = True, 0.0

    def decided() -> bool:
        nonlocal looked_at
        if time.monotonic() - looked_at < idle_s:
            return False
        handled = learning.handle(worker.handle, 0.0)
        looked_at = time.monotonic()
        return handled > 0

    while not life.stop.is_set():
        try:
            busy = learning.handle(worker.handle, 0.0 if busy else idle_s) > 0
            looked_at = time.monotonic()
            busy = worker.turn(decided) or busy
        except Retryable as error:
            LOG.warning("waiting: %s", error)
            life.stop.wait(1.0)


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(run(work))
