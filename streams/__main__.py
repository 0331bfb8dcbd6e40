"""`python -m streams`: one worker. Start more of them to share the partitions; SIGTERM stops it within 20 s, exit 0."""

import argparse
import logging
import sys
from functools import partial

from schemas.topics import TOPICS
from stores import kafka, settings
from stores.service import Life, run
from stores.warehouse import Warehouse
from streams.app import build
from streams.transport import run_worker
from streams.wiring import assemble

LOG = logging.getLogger("streams")


def main(argv: list[str] | None = None) -> int:
    """Run the worker until it is asked to stop; return the exit status (see `stores.exit_codes`)."""
    parser = argparse.ArgumentParser(prog="python -m streams", description=__doc__)
    parser.add_argument("--tenant", action="append", default=[], help="tenant that may send; repeat it (default: all)")
    return run(partial(work, tenants=tuple(parser.parse_args(argv).tenant)))


def work(life: Life, tenants: tuple[str, ...]) -> int:
    """Wait for the stores, make what is missing in them, and run; `tenants` may send (empty: as the settings say)."""
    where = settings.load()
    if tenants:
        where = where.model_copy(update={"tenants": tenants})
    created = life.connect(lambda: kafka.ensure_topics(where.kafka_bootstrap, TOPICS.values()))
    if created:
        LOG.info("made the topics %s", ", ".join(created))
    warehouse = life.connect(lambda: Warehouse.connect(where))
    life.connect(warehouse.migrate)
    worker = life.connect(lambda: assemble(where, warehouse))
    return run_worker(build(where, worker))


if __name__ == "__main__":
    sys.exit(main())
