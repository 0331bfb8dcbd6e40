"""Whether the warehouse still has the rows that it had: one that is emptied or set back while a worker runs.

What lies in the topics is read again then: the worker ends, and where the next one begins is held against the rows
(`streams.topic_ids`).
"""

from collections.abc import Callable, Mapping

Bounds = Mapping[tuple[str, str, int], tuple[int, int]]
"""(topic, topic id, partition) -> the first and the last offset that is stored."""


class RowsLost(Exception):
    """The warehouse lost rows: the worker must start again, to read them from the topics once more."""


class RowsKept:
    """Compares the warehouse with what it was at the last look; not for several threads."""

    def __init__(self, bounds: Callable[[], Bounds]) -> None:
        self._ask = bounds
        self._known: Bounds = {}

    def verify(self) -> None:
        """Look. Raises `RowsLost`, `Retryable` when the warehouse does not answer, `Misconfigured` without tables."""
        now = self._ask()
        if gone := lost(self._known, now):
            raise RowsLost(f"the warehouse has lost rows of {gone}; starting again to read what the topics still hold")
        self._known = now


def lost(before: Bounds, now: Bounds) -> str:
    """Return the first partition that begins later, ends earlier, or is gone; an empty text if none. A pure rule."""
    for key, (first, last) in before.items():
        begins, ends = now.get(key, (last + 1, first - 1))
        if begins > first or ends < last:
            return f"{key[0]}/{key[2]}"
    return ""
