"""The rules of the comparison, and that each side is ranked as it is served; the whole runs in `test_service`."""

import pytest

from indexer.review.comparison import Compared, ComparisonConfig, ComparisonRunner, Served
from schemas.fusion import EVEN, Fusion
from tests.indexer.world import World, live


def test_overlap_and_gain_of_one_query() -> None:
    compared = Compared("q", frozenset("b"), tuple("ab"), tuple("bc"))
    assert compared.overlap == 0.5
    assert compared.gain == pytest.approx(1 - 0.63093, abs=1e-5)
    assert Compared("q", frozenset("ab"), tuple("axb"), ()).gain == pytest.approx(-1.5 / 1.63093, abs=1e-5)
    assert Compared("q", frozenset("a"), (), (*"xxxxxxxxxx", "a")).gain == 0
    assert Compared("q", frozenset(), (), ()).overlap == 1
    assert Compared("q", frozenset(), tuple("ab"), ("a",)).overlap == 0.5


def test_a_query_without_openings_is_an_example_without_ndcg() -> None:
    tried = Compared("q", frozenset(), ("a",), ("b",)).tried()
    assert (tried.query, tried.live, tried.shadow) == ("q", ("a",), ("b",))
    assert (tried.ndcg_live, tried.ndcg_shadow) == (None, None)
    opened = Compared("q", frozenset("b"), tuple("ab"), tuple("b")).tried()
    assert opened.wanted == {"b"}
    assert opened.ndcg_live == pytest.approx(0.63093, abs=1e-5)
    assert opened.ndcg_shadow == 1


def test_each_side_is_ranked_with_its_own_fusion(world: World) -> None:
    with world.together():
        for n in range(40):
            world.put(f"d{n}", 1, f"body {n} about topic {n % 4} and {n % 7}")
    live(world)
    with world.together():
        for n in range(5):
            world.event("SearchServed", f"u{n}", query=f"topic {n % 4} and {n}")
    record = world.serving.record(world.tenant)
    assert record is not None
    runner = ComparisonRunner(world.warehouse, world.vectors, world.encoders, ComparisonConfig(timed=1))
    assert Served.live(record).fusion == EVEN
    words, meaning = (Served(Served.live(record).target, Fusion(dense=dense)) for dense in (0.1, 0.9))
    same, other = runner.run(words, words), runner.run(words, meaning)
    assert (same.queries, same.overlap_at_10) == (5, 1.0)
    assert other.overlap_at_10 is not None
    assert other.overlap_at_10 < 1
