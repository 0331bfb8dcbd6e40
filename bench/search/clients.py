"""Clients that ask one after the other, several at once, and what they saw."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

Ask = Callable[[str], Sequence[str]]
"""A query in, documents out."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Latencies in milliseconds, seconds of the whole, and queries that had no answer."""

    latencies: Sequence[float]
    seconds: float
    empty: int

    def at(self, percent: float) -> float:
        """Return a percentile of the latencies, in milliseconds."""
        return round(float(np.percentile(self.latencies, percent)), 2)

    @property
    def per_second(self) -> float:
        """Return the answers a second."""
        return round(len(self.latencies) / self.seconds, 1)


def fresh(queries: Sequence[str]) -> Iterator[str]:
    """Yield queries without end, no two of them the same, so that a cache of earlier ones never helps."""
    for turn in count():
        yield from (f"{query} {turn}" if turn else query for query in queries)


def run(ask: Ask, queries: Iterator[str], requests: int, clients: int) -> Seen:
    """Ask so many queries by so many clients at once."""
    lock, chosen = threading.Lock(), [next(queries) for _ in range(requests)]
    latencies, empty, failures = list[float](), 0, list[BaseException]()

    def client() -> None:
        nonlocal empty
        try:
            while True:
                with lock:
                    if not chosen:
                        return
                    query = chosen.pop()
                began = time.perf_counter()
                found = ask(query)
                latency = 1000 * (time.perf_counter() - began)
                with lock:
                    latencies.append(latency)
                    empty += not found
        except BaseException as error:  # raised where the figures are wanted
            failures.append(error)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return Seen(latencies, time.perf_counter() - began, empty)
