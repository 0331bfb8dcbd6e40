"""The clients that the search benchmark measures with."""

import threading
from itertools import islice

import pytest

from bench.search.clients import Seen, fresh, run


def test_no_two_queries_are_the_same() -> None:
    queries = list(islice(fresh(["a", "b"]), 7))
    assert queries[:2] == ["a", "b"]
    assert len(set(queries)) == 7


def test_every_request_is_asked_once_and_the_empty_ones_are_counted() -> None:
    asked: list[str] = []
    lock = threading.Lock()

    def ask(query: str) -> list[str]:
        with lock:
            asked.append(query)
        return [] if query == "b" else [query]

    seen = run(ask, fresh(["a", "b"]), 10, clients=4)
    assert (len(asked), len(set(asked)), len(seen.latencies), seen.empty) == (10, 10, 10, 1)


def test_as_many_clients_ask_at_once() -> None:
    together = threading.Barrier(3)

    def ask(query: str) -> list[str]:
        together.wait(30)  # or it breaks
        return [query]

    run(ask, fresh(["a"]), 6, clients=3)


def test_a_failing_search_is_no_figure() -> None:
    def ask(query: str) -> list[str]:
        raise ValueError(query)

    with pytest.raises(ValueError, match="a"):
        run(ask, fresh(["a"]), 2, clients=2)


def test_figures() -> None:
    seen = Seen([1.0, 2.0, 3.0, 4.0], 2.0, 0)
    assert (seen.per_second, seen.at(50)) == (2.0, 2.5)
