"""Watches the clients of running queries: a query whose client closed its connection is killed."""

import logging
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5


class Clients(threading.Thread):
    """One thread that looks at the connections of all running queries and calls `kill(mark)` for those left alone.

    A client that shuts its sending side counts as gone: HTTP clients keep it open until they have their answer.
    """

    def __init__(self, kill: Callable[[str], None], every_s: float = LOOK_EVERY_S) -> None:
        super().__init__(name="clients", daemon=True)
        self._kill = kill
        self._every_s = every_s
        self._ended = threading.Event()
        self._guard = threading.Lock()
        self._watched: dict[str, socket.socket] = {}
        self._killing = threading.Lock()
        self._killed = ""
        """The mark whose query is being killed just now."""

    @contextmanager
    def watched(self, mark: str, connection: socket.socket) -> Iterator[None]:
        """Watch a connection while the query of this mark runs; after that a kill meant for it is over."""
        with self._guard:
            self._watched[mark] = connection
        try:
            yield
        finally:
            with self._guard:
                del self._watched[mark]
                killed = self._killed == mark
            if killed:
                with self._killing:  # it would hit the query that has the handle next
                    pass

    def run(self) -> None:
        """Look until `stop`; a query that has not begun yet is killed at the next look."""
        while not self._ended.wait(self._every_s):
            with self._guard:
                alone = [mark for mark, connection in self._watched.items() if is_gone(connection)]
            for mark in alone:
                with self._killing:
                    self._kill_unless_over(mark)

    def _kill_unless_over(self, mark: str) -> None:
        with self._guard:
            if mark not in self._watched:
                return
            self._killed = mark
        log.info("the client of query %s is gone; the query is killed", mark)
        try:
            self._kill(mark)
        except Exception as error:  # the watch must outlive one failure; it looks again
            log.warning("query %s cannot be killed: %s", mark, error)
        finally:
            with self._guard:
                self._killed = ""

    def stop(self) -> None:
        """End the watch."""
        self._ended.set()


def is_gone(connection: socket.socket) -> bool:
    """Return whether the other side closed; bytes that wait to be read mean that it did not."""
    poll = select.poll()
    try:
        poll.register(connection, select.POLLIN)
        return bool(poll.poll(0)) and connection.recv(1, socket.MSG_PEEK) == b""
    except (OSError, ValueError):
        return True
