"""Wrong implementations, to prove that the benchmark notices: a service with one step replaced in its process.

ack-first  a batch is acknowledged before it is stored: storing it is a task that nobody waits for
drop-open  a batch counts as stored although Redis did not take its accesses, and nobody looks for what it lacks
re-add     a deleted document stays in the index, and searches believe the index
row-copy   searches read a document's list from the vector row's copy (`bench.documents.wrong`)
swallow    a ClickHouse that answers a failed INSERT with 200 (`bench.faults.swallow`)
"""

import logging
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from runpy import run_module
from typing import Any

from stores.access_log import AccessLog, Recorded
from stores.errors import Retryable
from stores.vectors import Vectors
from streams.batch import BatchWrites
from streams.sessions.repair import OpenSessionsRepair
from streams.write import Writer

log = logging.getLogger(__name__)


def ack_first() -> None:
    """Store in the background; the agent asks for its next batch, which acknowledges this one."""
    store = Writer.write
    tasks = ThreadPoolExecutor(4)

    def attempt(writer: Writer, writes: BatchWrites) -> None:
        try:
            store(writer, writes)
        except Retryable as error:
            log.error("a batch is lost: %s", error)

    def write(writer: Writer, writes: BatchWrites) -> None:
        tasks.submit(attempt, writer, writes)

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
    OpenSessionsRepair.__call__ = lambda repair, batch, known: None  # type: ignore[method-assign, assignment]  # as is this
    OpenSessionsRepair.audit = lambda repair, now: False  # type: ignore[method-assign, assignment]  # and this


def re_add() -> None:
    """Let the indexer put back what it removed: a removal never takes place."""
    Vectors.delete = lambda vectors, collection, keys: None  # type: ignore[method-assign, assignment]  # the point of it


IN_SERVICES: dict[str, tuple[str, Callable[[], None]]] = {
    "ack-first": ("streams", ack_first),
    "drop-open": ("streams", drop_open),
    "re-add": ("indexer", re_add),
}
"""Name of what is wrong, the service that it is in, and the step."""

BY_ROW_COPY = frozenset({"row-copy", "re-add"})
"""Wrong implementations whose searches believe the vector rows."""

SWALLOW = "swallow"
SABOTAGE = (*IN_SERVICES, "row-copy", SWALLOW)


def main(service: str, name: str) -> None:
    """Replace the step if it is in this service, and run the service, which ends this process."""
    where, step = IN_SERVICES.get(name, ("", None))
    if step is not None and where == service:
        step()
    run_module(service, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.argv[1:] = []
    main(*arguments)
