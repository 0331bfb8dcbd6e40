"""The running flow: events sent all the time from a thread of its own, with a note of when each was sent."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from bench.faults.events import Made
from bench.sender import Record, Sender

EVENTS_A_SECOND = 60
PERIOD_S = 0.25
AGO = timedelta(days=3)
"""How far back the events are dated: the fast motion must not reach the present."""


class Flow:
    """Sends events from `start` to `stop`, and what the faults ask for in between; safe to use from two threads."""

    def __init__(self, bootstrap: str, seed: int) -> None:
        self._made = Made(seed, datetime.now(UTC).replace(microsecond=0) - AGO)
        self._rng = random.Random(seed + 1)
        self._sender = Sender(bootstrap)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="flow", daemon=True)
        self._history: list[Record] = []
        self.sent_at: list[float] = []
        """By event number: when it was first sent, monotonic seconds."""
        self.poison: set[str] = set()
        """Keys of what must become a dead letter."""

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Send no more; everything that was sent has arrived then."""
        self._stop.set()
        self._thread.join()

    def burst(self, count: int, skew_s: float = 0.0) -> None:
        """Send so many new events at once; their senders' clocks are `skew_s` seconds ahead."""
        with self._lock:
            new = [self._made.next(skew_s) for _ in range(count)]
            self._history += new
            self.sent_at += [time.monotonic()] * count
            self._sender.deliver(new)

    def repeat(self, count: int, shuffled: bool) -> None:
        """Send `count` consecutive events of the past again, as they came or shuffled."""
        with self._lock:
            start = self._rng.randrange(max(1, len(self._history) - count))
            again = self._history[start : start + count]
            if shuffled:
                self._rng.shuffle(again)
            self._sender.deliver(again)

    def spoil(self, future_only: int = 0) -> None:
        """Send one of each kind of poison, or so many events dated ahead of all clocks."""
        with self._lock:
            now = datetime.now(UTC)
            bad = [self._made.future(now) for _ in range(future_only)] if future_only else self._made.poison(now)
            self.poison |= {key.decode() for _, key, _ in bad}
            self._sender.deliver(bad)

    @property
    def records(self) -> int:
        """Return how many records were handed to the broker, repeats included."""
        return self._sender.records

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Send nothing during the block."""
        with self._lock:
            yield

    def _run(self) -> None:
        while not self._stop.wait(PERIOD_S):
            self.burst(round(EVENTS_A_SECOND * PERIOD_S))
