"""Running an app in a process of its own: start, signals, graceful stop, exit status."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Awaitable
from time import monotonic
from types import FrameType
from typing import cast

from stores.exit_codes import EXIT_CRASHED, EXIT_OVERDUE, EXIT_STOPPED
from streams.transport.app import BatchApp
from streams.transport.consumer import BatchConsumer
from streams.transport.watchdog import Watchdog

log = logging.getLogger(__name__)


async def serve(app: BatchApp, stop: asyncio.Event) -> int:
    """Run the app until `stop` is set or it crashes, then stop it in order; return the exit status.

    There is a status whatever fails or is cancelled inside: a consumer's thread that goes down cancels the calls that
    wait for it. A cancellation of `serve` itself is passed on, and leaves the app as it is.
    """
    watchdog = Watchdog(app)
    starting = asyncio.create_task(app.start(), name="start")
    stopping = asyncio.create_task(stop.wait(), name="stop")
    crashing = asyncio.create_task(app._crashed.wait(), name="crash")
    watchdog.start()
    try:
        await asyncio.wait({starting, stopping, crashing}, return_when=asyncio.FIRST_COMPLETED)
        if _started(starting):
            await asyncio.wait({stopping, crashing}, return_when=asyncio.FIRST_COMPLETED)
        failure = _failure(starting) or app.crash_reason
        if failure is None and not stop.is_set():
            failure = asyncio.CancelledError("it ended without having been asked to")
        return await _stop(app, _started(starting), failure)
    finally:
        watchdog.stop()
        for task in (starting, stopping, crashing):
            task.cancel()


def _started(starting: "asyncio.Task[None]") -> bool:
    return starting.done() and _failure(starting) is None


def _failure(starting: "asyncio.Task[None]") -> BaseException | None:
    if starting.cancelled():
        return asyncio.CancelledError("its start was cancelled")
    return starting.exception() if starting.done() else None


async def _stop(app: BatchApp, started: bool, failure: BaseException | None) -> int:
    """Finish what is being worked on, commit, and stop the app; one step that fails does not keep the next from it."""
    limits, began, complete = app.limits, monotonic(), True
    if failure is not None:
        log.critical("the worker crashed: %r", failure, exc_info=failure)
    try:
        async with asyncio.timeout(limits.stop_within_s):
            if started:
                complete = await _completed(cast(BatchConsumer, app.consumer).quiesce(limits.stop_wait_s))
            complete = await _completed(app.stop()) and complete
    except TimeoutError:
        log.error("the stop took longer than %g s; what was not committed will be read again", limits.stop_within_s)
        return EXIT_OVERDUE
    if complete:
        log.info("stopped within %.1f s", monotonic() - began)
    return EXIT_CRASHED if failure is not None or not complete else EXIT_STOPPED


async def _completed(step: Awaitable[None]) -> bool:
    """Tell whether this step of the stop ended as it should; a cancellation of the task that awaits it is raised."""
    try:
        await step
    except (Exception, asyncio.CancelledError) as error:  # the broker is going away at the same time, say
        if cast("asyncio.Task[int]", asyncio.current_task()).cancelling():
            raise
        log.error("the stop was cut short, by which nothing is lost: %r", error)
        return False
    return True


class _Guard:
    """Ends the process when the stop takes too long, whatever hangs: the loop, a store's thread, the interpreter."""

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        self._armed = False
        self.status = EXIT_OVERDUE

    def arm(self) -> None:
        if not self._armed:
            self._armed = True
            timer = threading.Timer(self._within_s, lambda: os._exit(self.status))
            timer.daemon = True
            timer.start()


def run_worker(app: BatchApp) -> int:
    """Run the app in this process until SIGTERM or SIGINT; return the exit status for `sys.exit`.

    Once a stop has begun the process ends within `stop_within_s` seconds, whatever the caller does after.
    """
    guard = _Guard(app.limits.stop_within_s)
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        stop = asyncio.Event()

        def on_signal(number: int, _: FrameType | None) -> None:
            log.info("stopping on %s", signal.Signals(number).name)
            guard.arm()
            loop.call_soon_threadsafe(stop.set)

        # Not the loop's own handlers: these also run while an agent blocks the loop.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, on_signal)
        guard.status = loop.run_until_complete(serve(app, stop))
        guard.arm()
    return guard.status
