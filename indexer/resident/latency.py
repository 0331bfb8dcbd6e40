"""How fast this service answers, told to whoever works in the background.

The latency of the last seconds is published every second in which somebody searched. Latency at rest is the lowest that
was seen over the last hour: work in the background comes and goes, and what was reached once is what the machine gives.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType

from stores.errors import TidewheelError
from stores.search_latency import Latency

LOG = logging.getLogger(__name__)

WINDOW_S = 5.0
"""Seconds of searches that one reading is of."""

LEAST = 10
"""Searches that a reading needs: of fewer, the 95th percentile is the slowest one."""

_EVERY_S = 1.0
_REMEMBERED_S = 3_600.0


def percentile_95(milliseconds: Sequence[float]) -> float:
    """Return the 95th percentile of some latencies, at least one. Pure."""
    ordered = sorted(milliseconds)
    return ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]


class Readings:
    """The latencies of the last seconds, and the lowest readings of the last hour; for several threads."""

    def __init__(self) -> None:
        self._recent: deque[tuple[float, float]] = deque()
        self._lowest: deque[tuple[float, float]] = deque()
        """Readings that no later one is below, the lowest first."""
        self._lock = threading.Lock()

    def note(self, at: float, milliseconds: float) -> None:
        """Note a search that was answered at `at` (monotonic seconds)."""
        with self._lock:
            self._recent.append((at, milliseconds))

    def reading(self, now: float) -> Latency | None:
        """Return how fast searches are now, None when there were too few lately."""
        with self._lock:
            while self._recent and self._recent[0][0] < now - WINDOW_S:
                self._recent.popleft()
            if len(self._recent) < LEAST:
                return None
            p95 = percentile_95([milliseconds for _, milliseconds in self._recent])
        while self._lowest and self._lowest[-1][1] >= p95:
            self._lowest.pop()
        self._lowest.append((now, p95))
        while self._lowest[0][0] < now - _REMEMBERED_S:
            self._lowest.popleft()
        return Latency(p95_ms=p95, idle_ms=self._lowest[0][1])


class Publisher:
    """Publishes readings from a thread of its own, as a context; trouble is logged and ends nothing."""

    def __init__(self, readings: Readings, put: Callable[[Latency], None]) -> None:
        self._readings = readings
        self._put = put
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="latency", daemon=True)

    def __enter__(self) -> "Publisher":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.wait(_EVERY_S):
            try:
                if latency := self._readings.reading(time.monotonic()):
                    self._put(latency)
            except TidewheelError as error:
                LOG.warning("how fast searches are is not known to others: %s", error)
