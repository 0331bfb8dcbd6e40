"""Fusion by the formula and by its properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.fusion import RRF_K, fuse, scores

RANKINGS = st.lists(st.permutations("abcdef").flatmap(lambda p: st.integers(0, 6).map(lambda n: p[:n])), max_size=3)


def test_scores_are_reciprocal_ranks_added_up() -> None:
    assert fuse([["a", "b", "c"], ["c", "b"]], 10) == ["c", "b", "a"]
    assert 1 / (RRF_K + 3) + 1 / (RRF_K + 1) > 2 / (RRF_K + 2), "what makes c first"
    assert fuse([[], ["x"]], 10) == ["x"]
    assert fuse([], 10) == []


@pytest.mark.parametrize(("rank", "both", "first"), [(61, "z", "z"), (63, "a", "m")])
def test_a_name_in_both_outweighs_a_first_of_one_up_to_a_rank(rank: int, both: str, first: str) -> None:
    """2 / (60 + 61) is more than 1 / 61, and 2 / (60 + 63) is less: one rank or one unit of the constant off ties."""
    one, other = ([head, *(f"{head}{n}" for n in range(rank - 2)), both] for head in ("m", "n"))
    assert fuse([one, other], 1) == [first]


@given(RANKINGS, st.integers(0, 8))
def test_fusion_keeps_every_name_once_and_ties_by_name(rankings: list[list[str]], depth: int) -> None:
    fused = fuse(rankings, depth)
    assert fused == fuse(rankings[::-1], depth), "no ranking comes before another"
    assert len(fused) == len(set(fused)) == min(depth, len({name for ranking in rankings for name in ranking}))
    for ranking in rankings[:1]:
        assert fuse([ranking, ranking], depth) == ranking[:depth]


@given(RANKINGS)
def test_the_order_is_that_of_the_scores(rankings: list[list[str]]) -> None:
    found = scores(rankings)
    assert fuse(rankings, 99) == sorted(found, key=lambda name: (-found[name], name))
    for name, score in found.items():
        assert score == pytest.approx(sum(1 / (RRF_K + 1 + r.index(name)) for r in rankings if name in r))
