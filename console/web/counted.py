"""What pages count over whole tables, counted once in half a minute: beside a training each count takes a second.

Whoever asks while one is under way waits for that one and does not begin another.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from schemas.instants import is_over

EVERY = timedelta(seconds=30)
"""How old a count may be; the page says so."""

_MOST = 200
"""Counts that are kept at most."""

Row = dict[str, Any]


class Counted:
    """Remembers the newest counts by name. Safe to use from several threads."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[datetime, Row]] = {}
        self._under_way: dict[str, Lock] = {}
        self._lock = Lock()

    def of(self, name: str, count: Callable[[], Row], now: datetime) -> Row:
        """Return the counts of this name, made at most `EVERY` before. Raises as `count` does, and keeps nothing."""
        with self._lock:
            turn = self._under_way.setdefault(name, Lock())
        with turn:
            with self._lock:
                known = self._known.get(name)
            if known is not None and not is_over(EVERY, known[0], now):
                return known[1]
            made = count()
            with self._lock:
                if len(self._known) >= _MOST:
                    self._known.clear()
                    self._under_way.clear()
                self._known[name] = now, made
            return made

    def forget(self) -> None:
        """Count anew when somebody asks: an operator has just changed what is counted."""
        with self._lock:
            self._known.clear()
