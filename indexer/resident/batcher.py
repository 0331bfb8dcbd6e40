"""Joins calls that come while another is under way, so that many small pieces of work become a few larger ones.

    call A ──▶ works at once, alone
    call B ─┐
    call C ─┼─▶ wait for A, then work as one
    call D ─┘

Nobody waits for others to come: a call that finds nothing under way begins at once, and whatever came meanwhile is the
next batch. Under light load a call costs what it costs alone; under heavy load the batches grow by themselves.
"""

import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from stores.errors import Retryable

K = TypeVar("K", bound=Hashable)
I = TypeVar("I")  # noqa: E741  # an item
R = TypeVar("R")


@dataclass(slots=True)
class _Call(Generic[I, R]):
    items: Sequence[I]
    wake: threading.Event = field(default_factory=threading.Event)
    results: Sequence[R] | None = None
    error: BaseException | None = None

    @property
    def over(self) -> bool:
        return self.results is not None or self.error is not None


class Batcher(Generic[K, I, R]):
    """Runs `work(key, items)`, which returns one result an item, for the calls of one key at a time.

    A batch has at most `most` items, or the items of one call. An error of a batch is not the error of all its calls:
    each is tried again by itself, unless a store is away, which is so for all of them.
    """

    def __init__(self, work: Callable[[K, Sequence[I]], Sequence[R]], most: int) -> None:
        self._work = work
        self._most = most
        self._lock = threading.Lock()
        self._waiting: dict[K, deque[_Call[I, R]]] = {}
        """The keys at which somebody works, each with the calls that wait for it."""

    def call(self, key: K, items: Sequence[I]) -> Sequence[R]:
        """Return the results of these items, worked on together with those of other calls. Raises what `work` does."""
        if not items:
            return []
        own: _Call[I, R] = _Call(items)
        with self._lock:
            at_once = key not in self._waiting
            queue = self._waiting.setdefault(key, deque())
            queue.append(own)
        if not at_once:
            own.wake.wait()
        if not own.over:
            self._lead(key, own)
        if own.error is not None:
            raise own.error
        assert own.results is not None
        return own.results

    def _lead(self, key: K, own: _Call[I, R]) -> None:
        """Work until the own call is done, then wake the next one that waits to do the same."""
        try:
            while not own.over:
                self._run(key, self._next(key))
        finally:
            with self._lock:
                if queue := self._waiting[key]:
                    queue[0].wake.set()
                else:
                    del self._waiting[key]

    def _next(self, key: K) -> list[_Call[I, R]]:
        with self._lock:
            queue, batch, size = self._waiting[key], list[_Call[I, R]](), 0
            while queue and (not batch or size + len(queue[0].items) <= self._most):
                batch.append(queue.popleft())
                size += len(batch[-1].items)
            return batch

    def _run(self, key: K, batch: Sequence[_Call[I, R]]) -> None:
        try:
            results = self._work(key, [item for call in batch for item in call.items])
            start = 0
            for call in batch:
                call.results = results[start : start + len(call.items)]
                start += len(call.items)
        except BaseException as error:
            if len(batch) > 1 and not isinstance(error, Retryable):
                for call in batch:
                    self._run(key, [call])
            else:
                for call in batch:
                    call.error = error
        finally:
            for call in batch:
                call.wake.set()
