"""`python -m indexer`: runs the story until SIGTERM or SIGINT, exits 0."""

import logging
import os
import sys
from datetime import UTC, datetime
from functools import partial

from indexer.config import IndexerConfig
from indexer.service import Indexer
from indexer.wiring import build_indexer
from stores import configuration, lease, redis_client, settings
from stores.errors import Retryable
from stores.learning import Learning
from stores.service import Life, Stopped, run

LOG = logging.getLogger("indexer")
GROUP = "tidewheel-indexer"


def work(life: Life) -> None:
    """Take the lease, build the indexer, go round until asked to stop.

    Milvus Lite takes one writer per collection: one indexer at a time works, another waits for its lease.
    """
    os.nice(5)  # building gives way to searching when they share a machine
    where = settings.load()
    config = configuration.load("indexer", IndexerConfig, where.home)
    client = redis_client.connect(where)
    with (
        life.connect(partial(lease.wait_for, client, "indexer", config.lease_s)) as held,
        life.connect(lambda: Learning(where, GROUP, _now, check_lease=held.check)) as learning,
    ):
        indexer = life.connect(lambda: build_indexer(where, config, life, learning.emit, _now, held.check))
        LOG.info("ready")
        settings.say_ready()
        _serve(life, learning, indexer, held, config.service.idle_s)


def _serve(life: Life, learning: Learning, indexer: Indexer, held: lease.Lease, idle_s: float) -> None:
    """Go round; wait up to `idle_s` seconds for a decision when nothing was done."""
    busy = True
    while not life.stop.is_set():
        held.check()
        try:
            busy = learning.handle(indexer.handle, 0.0 if busy else idle_s) > 0
            busy = indexer.turn() or busy
        except Stopped:
            held.check()  # an indexer that was replaced ends with that error, not as one that was asked to stop
            raise
        except Retryable as error:
            LOG.warning("waiting: %s", error)
            life.stop.wait(1.0)


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(run(work))
