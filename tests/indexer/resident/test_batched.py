"""Encoders and rankings shared by many threads: the same answers as alone, with less work."""

import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from indexer.resident.batched import JOINED, BatchedEncoders, BatchedRanker
from retrieval.encoders import Vectors32
from stores.vector_rows import Filter
from stores.vectors import Rankings, Vector
from tests.indexer.world import World, live


class Counting:
    """A model that counts what it embeds: a text's vector is its length."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors32:
        self.asked += texts
        return np.array([[len(text), 1] for text in texts], dtype=np.float32)


class Models:
    """Gives one model, or another when it was loaded anew."""

    def __init__(self) -> None:
        self.model = Counting()

    def get(self, tenant: str, model: str, manifest: str | None = None) -> Counting:
        return self.model


def test_a_query_that_was_asked_lately_is_not_embedded_again() -> None:
    models = Models()
    encoders = BatchedEncoders(models, kept=2)
    encoder = encoders.get("t", "m")
    assert encoder.encode_queries(["a", "bb", "a"]).tolist() == [[1, 1], [2, 1], [1, 1]]
    assert encoders.get("t", "m").encode_queries(["bb"]).tolist() == [[2, 1]]
    assert models.model.asked == ["a", "bb"]
    encoder.encode_queries(["ccc"])  # which takes the place of the one that was not asked for longest
    encoder.encode_queries(["bb", "a"])
    assert models.model.asked == ["a", "bb", "ccc", "a"]


def test_vectors_of_a_model_that_was_replaced_are_not_used() -> None:
    models = Models()
    encoders = BatchedEncoders(models, kept=10)
    encoders.get("t", "m").encode_queries(["a"])
    models.model = Counting()
    encoders.get("t", "m").encode_queries(["a"])
    assert models.model.asked == ["a"]


def test_nothing_is_kept_when_nothing_shall_be() -> None:
    models = Models()
    encoder = BatchedEncoders(models, kept=0).get("t", "m")
    assert [encoder.encode_queries(["a"]).tolist() for _ in range(2)] == [[[1, 1]]] * 2
    assert models.model.asked == ["a", "a"]


class Slow:
    """Ranks nothing, and waits with the first call until the others are there."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, int, Filter | None]] = []
        self.gate = threading.Event()

    def search(
        self,
        collection: str,
        queries: Sequence[Sequence[str]],
        vectors: Iterable[Vector],
        limit: int,
        only: Filter | None = None,
        clicked: bool = False,
    ) -> Sequence[Rankings]:
        self.calls.append((len(queries), limit, only))
        assert len(list(vectors)) == len(queries)
        assert self.gate.wait(30)
        return [([], []) if not clicked else ([], [], []) for _ in queries]


def test_searches_are_joined_by_collection_and_depth_and_filtered_ones_never() -> None:
    slow, vector = Slow(), np.zeros((1, 2), dtype=np.float32)
    ranker = BatchedRanker(slow)
    asked = [("c", 10, None)] * 5 + [("c", 20, None), ("d", 10, None), ("c", 10, Filter(["board"]))]
    with ThreadPoolExecutor(len(asked)) as pool:
        waiting = [pool.submit(ranker.search, c, [["word"]], vector, limit, only) for c, limit, only in asked]
        while len(slow.calls) < 4 or len(ranker._batcher._waiting["c", 10, False]) < 4:
            time.sleep(0.001)
        slow.gate.set()
        assert [each.result(30) for each in waiting] == [[([], [])]] * len(asked)
    assert sorted(size for size, limit, only in slow.calls if limit == 10 and only is None) == [1, 1, 4]
    assert [size for size, _, only in slow.calls if only] == [1]


def test_searches_by_clicked_queries_are_joined_with_one_another_alone() -> None:
    slow, vector = Slow(), np.zeros((1, 2), dtype=np.float32)
    ranker = BatchedRanker(slow)
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(ranker.search, "c", [["word"]], vector, 10, None, n % 2 == 0) for n in range(8)]
        waited, until = ranker._batcher._waiting, time.monotonic() + 30
        while len(slow.calls) < 2 or any(len(waited["c", 10, clicked]) < 3 for clicked in (True, False)):
            if time.monotonic() > until:
                break
            time.sleep(0.001)
        slow.gate.set()
        found = [len(each.result(30)[0]) for each in waiting]
    assert found == [3, 2] * 4
    assert ranker.search("c", [["word"]], vector, 10, Filter(["board"]), True) == [([], [], [])]


def test_sixteen_at_once_get_what_each_gets_alone(world: World) -> None:
    with world.together():
        for name in ("leave", "travel", "lunch", "keys"):
            world.put(name, 1, f"all about {name} and nothing else", acl=["board"] if name == "keys" else ["everyone"])
    live(world)
    shared = type(world.searcher)(
        world.serving, BatchedRanker(world.vectors), BatchedEncoders(world.encoders, JOINED), world.current
    )
    asked = [(f"{word} {n}", group) for n in range(4) for word in ("leave", "keys") for group in ("board", "staff")]

    def answer(searcher: object, query: str, group: str) -> list[tuple[str, float]]:
        assert isinstance(searcher, type(world.searcher))
        (found,) = searcher.search(world.tenant, [query], frozenset({group}), 4)
        return [(each.document, round(each.score, 6)) for each in found.results]

    alone = [answer(world.searcher, *each) for each in asked]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(lambda each: answer(shared, *each), asked)) == alone
    assert {query for (query, group), found in zip(asked, alone, strict=True) if "keys" in dict(found)} == {
        query for query, _ in asked
    }
    assert all("keys" not in dict(found) for (_, group), found in zip(asked, alone, strict=True) if group == "staff")
