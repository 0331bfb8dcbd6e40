"""The rules of the comparison; it runs on real collections in `test_service`."""

import pytest

from indexer.comparison import Compared


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
