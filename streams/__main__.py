"""`python -m streams`: one worker. Start more of them to share the partitions; SIGTERM stops it within 20 s, exit 0."""

import argparse
import logging
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

from schemas.topics import TOPICS
from stores import kafka, settings
from stores.errors import Misconfigured, Retryable
from stores.warehouse import Warehouse
from streams.app import build
from streams.transport import run_worker
from streams.wiring import assemble

T = TypeVar("T")

EXIT_MISCONFIGURED = 78
"""Exit status (EX_CONFIG): a person must change something; starting again does not help."""

RETRY_S = 2.0

log = logging.getLogger("streams")


def main(argv: list[str] | None = None) -> int:
    """Wait for the stores, make what is missing in them, and run until SIGTERM; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m streams", description=__doc__)
    parser.add_argument("--tenant", action="append", default=[], help="tenant that may send; repeat it (default: all)")
    given = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)  # until `run_worker` takes over: nothing has begun that could be cut short
    try:
        where = settings.load()
        if given.tenant:
            where = where.model_copy(update={"tenants": tuple(given.tenant)})
        created = _patiently(lambda: kafka.ensure_topics(where.kafka_bootstrap, TOPICS.values()))
        if created:
            log.info("made the topics %s", ", ".join(created))
        warehouse = _patiently(lambda: Warehouse.connect(where))
        _patiently(warehouse.migrate)
        worker = _patiently(lambda: assemble(where, warehouse))
    except Misconfigured as error:
        log.critical("%s", error)
        return EXIT_MISCONFIGURED
    return run_worker(build(where, worker))


def _end(number: int, frame: FrameType | None) -> None:
    log.info("stopped on %s before the work began", signal.Signals(number).name)
    sys.exit(0)


def _patiently(call: Callable[[], T]) -> T:
    """Return what the call returns, tried again for as long as a store is away."""
    while True:
        try:
            return call()
        except Retryable as error:
            log.warning("waiting: %s", error)
            time.sleep(RETRY_S)


if __name__ == "__main__":
    sys.exit(main())
