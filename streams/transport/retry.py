"""Waiting for a store from within an agent: the partition stands still, the group membership lives on."""

import asyncio
import inspect
import logging
import random
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, TypeVar, cast, overload

from streams.transport.batch import CURRENT_WORK

R = TypeVar("R")

FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 10.0
REMIND_S = 30.0
"""While a store stays away, the log says so this often."""

log = logging.getLogger(__name__)


@overload
async def retry_while_unavailable(
    work: Callable[..., Awaitable[R]],
    *args: object,
    retry_on: type[Exception] | tuple[type[Exception], ...],
    first_wait_s: float = ...,
    longest_wait_s: float = ...,
) -> R: ...


@overload
async def retry_while_unavailable(
    work: Callable[..., R],
    *args: object,
    retry_on: type[Exception] | tuple[type[Exception], ...],
    first_wait_s: float = ...,
    longest_wait_s: float = ...,
) -> R: ...


async def retry_while_unavailable(
    work: Callable[..., Any],
    *args: object,
    retry_on: type[Exception] | tuple[type[Exception], ...],
    first_wait_s: float = FIRST_WAIT_S,
    longest_wait_s: float = LONGEST_WAIT_S,
) -> Any:
    """Return `work(*args)`, repeated for as long as it raises `retry_on`; any other exception passes through.

    A plain function runs in a worker thread, so that a store that hangs blocks neither signals nor rebalances; a
    coroutine function is awaited. Waits double from `first_wait_s` to `longest_wait_s` seconds, each spread evenly over
    its upper half so that workers do not return in step. Ends at once, by cancellation, when the app stops.
    """
    try:
        return await _call(work, args)
    except retry_on as error:
        absence = _Absence(work, error)
    with absence:
        wait_s = first_wait_s
        while True:
            await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))
            wait_s = min(2 * wait_s, longest_wait_s)
            try:
                return await _call(work, args)
            except retry_on as error:
                absence.goes_on(error)


async def _call(work: Callable[..., Any], args: tuple[object, ...]) -> Any:  # noqa: ANN401  # what `work` returns
    if inspect.iscoroutinefunction(work):
        return await cast(Awaitable[Any], work(*args))
    return await asyncio.to_thread(work, *args)


class _Absence:
    """One stretch of waiting: the consumer knows of it, so that nobody waits for this batch meanwhile, and the log."""

    def __init__(self, work: Callable[..., Any], error: Exception) -> None:
        self._name = getattr(work, "__qualname__", repr(work))
        self._began = self._reminded = monotonic()
        self._work = CURRENT_WORK.get()
        log.warning("%s: waiting, and trying again until it answers: %s", self._name, error)

    def __enter__(self) -> None:
        if self._work is not None:
            self._work.consumer.wait_for_store(self._work.message, 1)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._work is not None:
            self._work.consumer.wait_for_store(self._work.message, -1)
        if kind is None:
            log.warning("%s: answers again after %.1f s", self._name, monotonic() - self._began)

    def goes_on(self, error: Exception) -> None:
        """Say so from time to time."""
        if monotonic() - self._reminded >= REMIND_S:
            self._reminded = monotonic()
            log.warning("%s: still waiting, since %.0f s: %s", self._name, self._reminded - self._began, error)
