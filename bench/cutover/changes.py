"""Documents that change all the while at a stated rate: made, edited, narrowed, widened, deleted, made again."""

import threading
import time
from collections.abc import Sequence
from types import TracebackType

from bench.access.world import World

_TICK_S = 0.1
_LOOK_S = 0.3
"""How often the ledger is asked which changes are stored by now: every look costs ClickHouse about 20 ms."""

_NEW_SHARE = 50
"""One change in so many is a new document."""


class Changes:
    """A context manager that changes some documents of a world in a thread of its own, which alone may change them."""

    def __init__(self, world: World, documents: Sequence[str], rate: float) -> None:
        self._world = world
        self._documents = list(documents)
        self._rate = rate
        self._began = self._ended = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="changes", daemon=True)
        self.sent = 0

    @property
    def per_second(self) -> float:
        """Return the rate that was reached."""
        return round(self.sent / max(0.001, self._ended - self._began), 1)

    def __enter__(self) -> "Changes":
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=60)

    def _run(self) -> None:
        looked_at = 0.0
        while not self._stop.wait(_TICK_S):
            due = int((time.monotonic() - self._began) * self._rate) - self.sent
            population = self._world.population
            changes = [
                population.any(self._documents) if (self.sent + n) % _NEW_SHARE else population.new()
                for n in range(max(0, due))
            ]
            if changes:
                self._world.send(changes)
                self.sent += len(changes)
            if time.monotonic() - looked_at >= _LOOK_S:
                self._world.note_stored()
                looked_at = time.monotonic()
            self._ended = time.monotonic()
