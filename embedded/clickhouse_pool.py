"""Handles of the engine that wait for another request in the state that they are in.

Opening a handle and giving it a database and settings costs as much as a small query. What a request may leave behind,
a temporary table, say, or another database, is never handed on: `Handle.as_prepared` says whether there can be any.
"""

import threading
from collections.abc import Mapping

from embedded.clickhouse_handle import Handle

State = tuple[str, frozenset[tuple[str, str]]]
"""A database, empty for the server's own, and settings."""


class Pool:
    """Idle handles, at most `most`, of which the one that has waited longest gives way; safe between threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._idle: list[tuple[State, Handle]] = []
        self._guard = threading.Lock()

    def take(self, state: State) -> Handle | None:
        """Return an idle handle of this state, the one used last, or None."""
        with self._guard:
            for number in reversed(range(len(self._idle))):
                if self._idle[number][0] == state:
                    return self._idle.pop(number)[1]
        return None

    def give(self, state: State, handle: Handle) -> None:
        """Keep a handle for the next request of this state."""
        with self._guard:
            self._idle.append((state, handle))
            superfluous = self._idle[: -self._most]
            del self._idle[: -self._most]
        for _, old in superfluous:
            old.connection.close()

    def close(self) -> None:
        """Close what is idle."""
        with self._guard:
            idle, self._idle = self._idle, []
        for _, handle in idle:
            handle.connection.close()


def state_of(database: str, settings: Mapping[str, str]) -> State:
    """Return the state that a request wants its handle in."""
    return database, frozenset(settings.items())
