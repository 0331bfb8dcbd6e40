"""Group commit: everybody's rows arrive, few inserts are made, and a failure is told to all who share it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyarrow as pa
import pytest

from stores.columns import Column, Same, table_of
from stores.errors import Retryable
from stores.grouped import LINGER_ROWS, GroupedInserts

TYPES = {"n": "UInt32", "who": "String"}


class Slow:
    """Stands for a warehouse whose inserts take until they are let through; fails those of the named table."""

    def __init__(self) -> None:
        self.inserts: list[list[int]] = []
        self.gate = threading.Event()
        self.began = threading.Event()

    def arrow(self, table: str, columns: Any) -> Any:  # noqa: ANN401  # as the real one
        return table_of(TYPES, columns)

    def insert_arrow(self, table: str, rows: Any) -> None:  # noqa: ANN401  # as the real one
        self.began.set()
        self.gate.wait(60)
        if table == "away":
            raise Retryable("away; run `tidewheel up`")
        assert isinstance(rows, pa.Table)
        self.inserts.append(rows["n"].to_pylist())


def _waiting(grouped: GroupedInserts, count: int) -> None:
    for _ in range(1_000):
        if sum(len(parts) for parts in grouped._waiting.values()) >= count:
            return
        threading.Event().wait(0.01)
    raise AssertionError("nobody waits")


def test_what_comes_while_an_insert_runs_goes_together() -> None:
    slow = Slow()
    grouped = GroupedInserts(slow)  # type: ignore[arg-type]
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(grouped.insert, "t", {"n": [0], "who": Same("a")})
        assert slow.began.wait(60)
        others = [pool.submit(grouped.insert, "t", {"n": [i, i], "who": Same("b")}) for i in range(1, 9)]
        _waiting(grouped, 8)
        slow.gate.set()
        assert first.result(5) == 1
        assert [other.result(5) for other in others] == [2] * 8
    assert slow.inserts[0] == [0]
    assert sorted(slow.inserts[1]) == sorted([*range(1, 9), *range(1, 9)])
    assert len(slow.inserts) == 2
    assert grouped._waiting == {}


def test_a_failure_is_everybody_s_own() -> None:
    slow = Slow()
    grouped = GroupedInserts(slow)  # type: ignore[arg-type]
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(grouped.insert, "away", {"n": [i], "who": ["x"]}) for i in range(4)]
        slow.gate.set()
        failures = [one.exception(5) for one in sent]
    assert all(isinstance(failure, Retryable) for failure in failures)
    assert len({id(failure) for failure in failures}) == 4
    with pytest.raises(Retryable):
        grouped.insert("away", {"n": [1], "who": ["x"]})
    assert grouped.insert("t", {"n": [1], "who": ["x"]}) == 1


def test_other_columns_go_apart_and_no_rows_not_at_all() -> None:
    slow = Slow()
    slow.gate.set()
    grouped = GroupedInserts(slow)  # type: ignore[arg-type]
    assert grouped.insert("t", {"n": [], "who": Same("a")}) == 0
    grouped.insert("t", {"n": [1]})
    grouped.insert("t", {"n": [2], "who": ["a"]})
    assert slow.inserts == [[1], [2]]


def test_the_leader_waits_for_those_that_come_with_it_where_the_last_insert_was_of_several(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow, lingers = Slow(), threading.Semaphore(0)
    grouped = GroupedInserts(slow)  # type: ignore[arg-type]
    slow.gate.set()
    with ThreadPoolExecutor(3) as pool:

        def linger(_: float) -> None:
            lingers.release()
            _waiting(grouped, 3)

        monkeypatch.setattr("stores.grouped.time.sleep", linger)
        grouped.insert("t", {"n": [0], "who": ["x"]})
        assert not lingers.acquire(blocking=False), "a lone insert waits for nobody"
        slow.gate.clear()
        slow.began.clear()
        first = [pool.submit(grouped.insert, "t", {"n": [1], "who": ["x"]})]
        assert slow.began.wait(60)
        first += [pool.submit(grouped.insert, "t", {"n": [n], "who": ["x"]}) for n in (2, 3)]
        _waiting(grouped, 2)
        slow.gate.set()
        assert [one.result(60) for one in first] == [1, 1, 1]
        second = [pool.submit(grouped.insert, "t", {"n": [n], "who": ["x"]}) for n in (4, 5, 6)]
        assert [one.result(60) for one in second] == [1, 1, 1]
    assert lingers.acquire(blocking=False)
    assert sorted(slow.inserts[-1]) == [4, 5, 6]


def test_a_large_insert_does_not_linger(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    slow.gate.set()
    grouped = GroupedInserts(slow)  # type: ignore[arg-type]
    monkeypatch.setattr("stores.grouped.time.sleep", lambda _: pytest.fail("it lingers"))
    rows: dict[str, Column] = {"n": list(range(LINGER_ROWS)), "who": Same("x")}
    grouped._several.add(("t", *_schema(slow, rows)))
    assert grouped.insert("t", rows) == LINGER_ROWS


def _schema(slow: Slow, rows: Any) -> tuple[tuple[str, ...], tuple[Any, ...]]:  # noqa: ANN401  # as insert takes them
    schema = slow.arrow("t", rows).schema
    return tuple(schema.names), tuple(schema.types)
