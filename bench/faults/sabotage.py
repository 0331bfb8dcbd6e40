"""Wrong implementations, to prove that the benchmark notices: a streams worker with one step replaced in this process.

ack-first  a batch is acknowledged before it is stored: storing it is a task that nobody waits for
drop-open  a batch counts as stored although Redis did not take its accesses, and nobody looks for what it lacks
"""

import logging
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from stores.access_log import AccessLog, Recorded
from stores.errors import Retryable
from streams.__main__ import main as streams
from streams.batch import Prepared
from streams.sessions.repair import OpenSessionsRepair
from streams.write import Writer

log = logging.getLogger(__name__)


def ack_first() -> None:
    """Store in the background; the agent asks for its next batch, which acknowledges this one."""
    store = Writer.write
    tasks = ThreadPoolExecutor(4)

    def attempt(writer: Writer, prepared: Prepared) -> None:
        try:
            store(writer, prepared)
        except Retryable as error:
            log.error("a batch is lost: %s", error)

    def write(writer: Writer, prepared: Prepared) -> None:
        tasks.submit(attempt, writer, prepared)

    Writer.write = write  # type: ignore[method-assign, assignment]  # the point of it


def drop_open() -> None:
    """Do without Redis while it is away; and do without the repair, which would find that out."""
    record = AccessLog.record

    def attempt(accesses: AccessLog, source: str, *columns: Any) -> Recorded:  # noqa: ANN401  # record's own
        try:
            return record(accesses, source, *columns)
        except Retryable as error:
            log.error("accesses are lost: %s", error)
            return Recorded(None, None, [])

    AccessLog.record = attempt  # type: ignore[method-assign, assignment]  # the point of it
    OpenSessionsRepair.__call__ = lambda repair, raw, known: None  # type: ignore[method-assign, assignment]  # as is this
    OpenSessionsRepair.audit = lambda repair, now: False  # type: ignore[method-assign, assignment]  # and this


SABOTAGE: dict[str, Callable[[], None]] = {"ack-first": ack_first, "drop-open": drop_open}


def main(name: str) -> int:
    """Replace the step and run a worker; return its exit status."""
    SABOTAGE[name]()
    return streams([])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
