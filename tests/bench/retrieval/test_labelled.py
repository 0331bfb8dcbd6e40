"""Which queries choose and which judge, and the mean that is reported."""

import pytest

from bench.retrieval.labelled import divided, gain
from bench.retrieval.pages import query


def test_no_query_chooses_and_judges() -> None:
    known = [query(f"query {n}", {"d": 1.0}, n) for n in range(400)]
    choosing, judging = divided(known)
    assert sorted([*choosing, *judging], key=lambda one: one.group) == known
    assert 50 < len(choosing) < 150
    assert divided(known[::-1])[0] == choosing[::-1], "whatever their order"


def test_the_mean_is_of_all_queries() -> None:
    known = [query("a", {"d": 1.0}, 0), query("b", {"e": 1.0}, 1)]
    assert gain([["d"], ["d"]], known) == 0.5
    assert gain([["x", "d"], ["e"]], known) == pytest.approx((1 + 0.6309) / 2, abs=1e-4)
