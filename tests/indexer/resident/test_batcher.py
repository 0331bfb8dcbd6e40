"""Joined calls: everybody gets their own results, and one call's trouble is not another's."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from indexer.resident.batcher import Batcher
from stores.errors import Poison, Retryable


class Work:
    """Doubles numbers; while `gate` is closed the first batch is under way."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, list[int]]] = []
        self.gate, self.begun = threading.Event(), threading.Event()
        self.away = False

    def __call__(self, key: str, items: Sequence[int]) -> Sequence[int]:
        self.batches.append((key, list(items)))
        self.begun.set()
        assert self.gate.wait(30)
        if self.away:
            raise Retryable("away")
        if 13 in items:
            raise Poison("thirteen")
        return [2 * item for item in items]


def joined(work: Work, calls: Sequence[Sequence[int]], most: int = 100) -> list[Sequence[int] | BaseException]:
    """Call with one item, and while that is under way with all the others; return what each of these got."""
    batcher: Batcher[str, int, int] = Batcher(work, most)

    def call(items: Sequence[int]) -> Sequence[int] | BaseException:
        try:
            return batcher.call("k", items)
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(calls) + 1) as pool:
        first = pool.submit(batcher.call, "k", [1])
        assert work.begun.wait(30)
        waiting = []
        for n, items in enumerate(calls, 1):  # one after the other, so that their order is known
            waiting.append(pool.submit(call, items))
            while len(batcher._waiting["k"]) < n:
                time.sleep(0.001)
        work.gate.set()
        if not work.away:
            assert first.result(30) == [2]
        return [each.result(30) for each in waiting]


def test_a_call_by_itself_works_at_once() -> None:
    work = Work()
    work.gate.set()
    assert Batcher(work, 8).call("k", [1, 2, 3]) == [2, 4, 6]
    assert Batcher(work, 8).call("k", []) == []
    assert work.batches == [("k", [1, 2, 3])]


def test_calls_that_come_meanwhile_are_one_batch_and_get_their_own_results() -> None:
    work = Work()
    assert joined(work, [[2], [3, 4], [5]]) == [[4], [6, 8], [10]]
    assert work.batches == [("k", [1]), ("k", [2, 3, 4, 5])]


def test_a_batch_has_its_most_but_a_call_is_never_torn() -> None:
    work = Work()
    assert joined(work, [[2], [3, 4], [5, 6, 7, 8]], most=3) == [[4], [6, 8], [10, 12, 14, 16]]
    assert [items for _, items in work.batches] == [[1], [2, 3, 4], [5, 6, 7, 8]]


def test_the_poison_of_one_is_not_the_others() -> None:
    work = Work()
    fine, poisoned, also_fine = joined(work, [[2], [13], [5]])
    assert (fine, also_fine) == ([4], [10])
    assert isinstance(poisoned, Poison)


def test_a_store_that_is_away_is_asked_once_for_all() -> None:
    work = Work()
    work.away = True
    assert [type(error) for error in joined(work, [[2], [3]])] == [Retryable, Retryable]
    assert len(work.batches) == 2


def test_another_key_waits_for_nobody() -> None:
    work = Work()
    batcher: Batcher[str, int, int] = Batcher(lambda key, items: work(key, items) if key == "slow" else list(items), 8)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(batcher.call, "slow", [1])
        assert work.begun.wait(30)
        assert batcher.call("quick", [7]) == [7]
        work.gate.set()
        assert slow.result(30) == [2]


@pytest.mark.parametrize("most", [1, 7, 64])
def test_many_threads_lose_nothing(most: int) -> None:
    batcher: Batcher[int, int, int] = Batcher(lambda key, items: [key * item for item in items], most)

    def ask(n: int) -> bool:
        items = list(range(n, n + n % 5))
        return list(batcher.call(n % 3, items)) == [n % 3 * item for item in items]

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(2_000)))
    assert batcher._waiting == {}
