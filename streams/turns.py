"""When a small batch is worked on: in one turn with those of other partitions, so that their rows share an INSERT.

An INSERT costs ClickHouse some 10 ms and a part, whatever its size. Where events trickle in over many partitions, every
one of them would be a batch, and an INSERT a table, of its own. So a small batch waits for the next turn; the first
after a silence, and a large one, do not wait. A pure rule: the time is an argument.
"""

EVERY_S = 1.0
"""Seconds from one turn to the next: how late a click may be in the warehouse. Of 75 events a second over 24 partitions
and three workers this makes 36 INSERTs a second into events, pairs and batches in place of 70."""

SMALL = 500
"""Records of a batch that is worth its own INSERT."""


class Turns:
    """The turns of one worker; for one thread."""

    def __init__(self, every_s: float = EVERY_S) -> None:
        self._every_s = every_s
        self._next = float("-inf")
        self._awaited = False

    def wait_s(self, records: int, now: float) -> float:
        """Return for how many seconds a batch of so many records waits at `now`, a monotonic clock's seconds."""
        if records >= SMALL:
            return 0.0
        if now >= self._next:
            if not (self._awaited and now < self._next + self._every_s):
                self._next, self._awaited = now + self._every_s, False
                return 0.0
            self._next += self._every_s
        self._awaited = True
        return self._next - now
