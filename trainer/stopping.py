"""The end of one run before its time: by an operator, for good; or by the end of the process, until the next start.

    TrainingStopped of this run ──▶ halt, `by` the operator ──▶ ModelRefused STOPPED, never taken up again
    SIGTERM ──────────────────────▶ halt, `by` nobody       ──▶ `Cancelled`: the next start goes on
    the lease went to another ────▶ halt, `by` nobody       ──▶ `Refused`: the work of this process is void

A thread listens while the run works: the reader of requests waits for the run, and would hear of it only afterwards.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from schemas.learning import ModelRefused, TrainingRequested, TrainingStopped
from stores.errors import TidewheelError
from stores.ports import Queries
from trainer import publish

LOG = logging.getLogger(__name__)

STOPPED = "STOPPED"
_LOOK_S = 0.2
_AGAIN_S = 2.0


class Hears(Protocol):
    """Hears of stops: `stores.stops.Stops`."""

    def catch_up(self) -> None:
        """Read what there is by now. Raises `Retryable`."""
        ...

    def listen(self, timeout_s: float) -> None:
        """Wait for more. Raises `Retryable`."""
        ...

    def of(self, tenant: str, run: str) -> TrainingStopped | None:
        """Return the stop of a run, if there is one. Raises `Retryable`."""
        ...


class Halt(threading.Event):
    """Set when the run has to end; `by` is the operator's stop, None where the process ends or lost its lease."""

    def __init__(self) -> None:
        super().__init__()
        self.by: TrainingStopped | None = None


@contextmanager
def watched(
    stops: Hears, request: TrainingRequested, shutdown: threading.Event, lost: Callable[[], bool] = lambda: False
) -> Iterator[Halt]:
    """Watch for stops of the request's run, for the end of the process, and for a lost lease, during the block.

    A stop that was sent already has halted the run when the block begins. Raises `Retryable` when nobody can tell.
    """
    stops.catch_up()
    halt, over = Halt(), threading.Event()

    def look() -> bool:
        if shutdown.is_set() or lost():
            halt.set()
        elif (stop := stops.of(request.tenant, request.run)) is not None:
            LOG.info("%s %s: %s", request.tenant, request.run, in_words(stop))
            halt.by = stop
            halt.set()
        return halt.is_set()

    def watch() -> None:
        while not over.is_set():
            try:
                if look():
                    return
                stops.listen(_LOOK_S)
            except Exception as error:  # whatever it is, the end of the process has to come through
                unexpected = None if isinstance(error, TidewheelError) else error
                LOG.warning("%s: stops are not heard now: %s", request.run, error, exc_info=unexpected)
                shutdown.wait(_AGAIN_S)

    look()
    thread = threading.Thread(target=watch, name=f"stops-{request.run}", daemon=True)
    thread.start()
    try:
        yield halt
    finally:
        over.set()
        thread.join()


def end(request: TrainingRequested, stop: TrainingStopped, warehouse: Queries, now: datetime) -> ModelRefused:
    """Return the event of a run that was stopped before it compared. Raises `Retryable`.

    A try of it that was killed may have asked the held-out queries, whose scores people can read: that is a look, and
    the event says so.
    """
    looked = bool(warehouse.query("training_looked", tenant=request.tenant, run=request.run))
    return publish.refused(request, STOPPED, (in_words(stop),), now, looked=looked or None)


def in_words(stop: TrainingStopped) -> str:
    """Return who stopped a run and why. Pure."""
    return f"stopped by {stop.by}: {stop.reason}"
