"""Records answers that people were given, as events: in the background, so that no answer waits for the broker."""

import logging
import queue
import threading
from collections.abc import Callable
from types import TracebackType

from schemas.activity import SearchServed
from stores.errors import Retryable, TidewheelError
from stores.kafka import EventProducer
from stores.learning import publish

LOG = logging.getLogger(__name__)

_AT_ONCE = 500


class Recorder:
    """Sends `SearchServed` events from a thread of its own, as a context that delivers what is left at its end.

    While the broker is away up to `buffer` events wait; what does not fit is not recorded, and the answer says so.
    """

    def __init__(self, connect: Callable[[], EventProducer], buffer: int = 10_000, retry_s: float = 1.0) -> None:
        self._connect = connect
        self._events: queue.Queue[SearchServed] = queue.Queue(buffer)
        self._retry_s = retry_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recorder")

    def record(self, event: SearchServed) -> bool:
        """Take an event to be sent; False when too many wait already."""
        try:
            self._events.put_nowait(event)
        except queue.Full:
            LOG.error("%s: a search is not recorded: %d wait for the broker", event.tenant, self._events.maxsize)
            return False
        return True

    def __enter__(self) -> "Recorder":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        producer: EventProducer | None = None
        batch: list[SearchServed] = []
        while not (self._stop.is_set() and self._events.empty() and not batch):
            batch = batch or self._next()
            try:
                producer = producer or self._connect()
                publish(producer, batch)
                batch = []
            except Retryable as error:
                LOG.warning("%d searches wait to be recorded: %s", len(batch), error)
                if self._stop.wait(self._retry_s):
                    LOG.error("%d searches were not recorded", len(batch) + self._events.qsize())
                    return
            except TidewheelError as error:
                LOG.error("%d searches are not recorded: %s", len(batch), error)
                batch = []
        if producer is not None:
            producer.close()

    def _next(self) -> list[SearchServed]:
        """Return the events that wait, at most `_AT_ONCE`; none when none came for a moment."""
        try:
            found = [self._events.get(timeout=0.2)]
        except queue.Empty:
            return []
        while len(found) < _AT_ONCE:
            try:
                found.append(self._events.get_nowait())
            except queue.Empty:
                break
        return found
