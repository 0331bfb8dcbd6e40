"""The life of a service process: its log, its stop, its waiting for stores, its exit status.

    started --body--> connecting --> working --SIGTERM or SIGINT--> stopped (0)
                        |  ^            |
                        +--+ Retryable  +--error--> the statuses of `stores.exit_codes`

A signal ends the connecting at once, because nothing has begun; work is asked to stop and ends where it chooses.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

from stores.errors import Retryable, TidewheelError
from stores.exit_codes import EXIT_STOPPED, service_status

T = TypeVar("T")

PRIVATE_UMASK = 0o077
RETRY_S = 2.0
"""Seconds between two tries while a store is away."""

LOG = logging.getLogger("service")


class Stopped(BaseException):
    """The process was asked to stop; no error, and never to be caught as one."""


class Life:
    """What a service's body is given: the wish to stop, and patience with stores."""

    def __init__(self, retry_s: float = RETRY_S) -> None:
        self.stop = threading.Event()
        """Set once the process was asked to stop."""
        self._retry_s = retry_s
        self._connecting = False

    def on_signal(self, number: int, _: FrameType | None) -> None:
        """Ask for the stop (a signal handler); raises `Stopped` while a store is being connected to."""
        self.stop.set()
        if self._connecting:
            raise Stopped(signal.Signals(number).name)

    def connect(self, call: Callable[[], T], also: tuple[type[Exception], ...] = ()) -> T:
        """Like `retry_while_unavailable`, for calls that may be cut short anywhere: a signal ends them at once."""
        self._connecting = True
        try:
            return self.retry_while_unavailable(call, also)
        finally:
            self._connecting = False

    def retry_while_unavailable(self, call: Callable[[], T], also: tuple[type[Exception], ...] = ()) -> T:
        """Return what the call returns, repeated while it raises `Retryable` or one of `also`.

        Raises `Stopped` when the process is asked to stop meanwhile; any other error passes through.
        """
        passing: tuple[type[Exception], ...] = (Retryable, *also)
        while True:
            try:
                return call()
            except passing as error:
                LOG.warning("waiting: %s", error)
                if self.stop.wait(self._retry_s):
                    raise Stopped("stopped while waiting for a store") from error


def run(body: Callable[[Life], int | None]) -> int:
    """Run a service's body until it returns or an error ends it; return the exit status for `sys.exit`.

    The body is called in the main thread, with SIGTERM and SIGINT asking `Life.stop`; it may return a status of its
    own. An error becomes one line of the log, and with its traceback when it is none of ours. Files that the process
    makes are its owner's alone: models and reports tell of documents.
    """
    os.umask(PRIVATE_UMASK)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    life = Life()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, life.on_signal)
    try:
        return body(life) or EXIT_STOPPED
    except Stopped:
        LOG.info("stopped")
        return EXIT_STOPPED
    except Exception as error:
        LOG.critical("%s", error, exc_info=None if isinstance(error, TidewheelError) else error)
        return service_status(error)
