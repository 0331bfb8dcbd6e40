"""Fusion by the formula and by its properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.fusion import in_words, scores, shares
from schemas.fusion import EVEN, Fusion

RANKINGS = st.permutations("abcdef").flatmap(lambda p: st.integers(0, 6).map(lambda n: p[:n]))
FUSIONS = st.builds(Fusion, dense=st.floats(0, 1), k=st.integers(1, 100))


def order(by_meaning: str, by_words: str, fusion: Fusion = EVEN) -> str:
    found = scores(by_meaning, by_words, fusion)
    return "".join(sorted(found, key=lambda name: (-found[name], name)))


def test_even_weights_are_the_plain_formula() -> None:
    assert (EVEN.dense, EVEN.k) == (0.5, 60)
    assert scores("abc", "cb", EVEN) == {"a": 1 / 61, "b": 1 / 62 + 1 / 62, "c": 1 / 63 + 1 / 61}
    assert order("abc", "cb") == "cba"
    assert order("", "x") == "x"
    assert scores("", "", EVEN) == {}


def test_a_weight_is_the_share_of_the_ranking_by_meaning() -> None:
    assert scores("a", "b", Fusion(dense=0.75, k=9)) == pytest.approx({"a": 0.15, "b": 0.05})
    assert order("ab", "ba", Fusion(dense=0.6)) == "ab"
    assert order("ab", "ba", Fusion(dense=0.4)) == "ba"


@pytest.mark.parametrize(("rank", "both", "first"), [(61, "z", "z"), (63, "a", "m")])
def test_a_name_in_both_outweighs_a_first_of_one_up_to_a_rank(rank: int, both: str, first: str) -> None:
    """2 / (60 + 61) is more than 1 / 61, and 2 / (60 + 63) is less: one rank or one unit of the constant off ties."""
    one, other = ([head, *(f"{head}{n}" for n in range(rank - 2)), both] for head in ("m", "n"))
    found = scores(one, other, EVEN)
    assert min(found, key=lambda name: (-found[name], name)) == first


@given(RANKINGS, RANKINGS, FUSIONS)
def test_scores_are_weighted_reciprocal_ranks_added_up(by_meaning: str, by_words: str, fusion: Fusion) -> None:
    found = scores(by_meaning, by_words, fusion)
    assert found.keys() == {*by_meaning, *by_words}
    for name, score in found.items():
        dense = 1 / (fusion.k + 1 + by_meaning.index(name)) if name in by_meaning else 0
        words = 1 / (fusion.k + 1 + by_words.index(name)) if name in by_words else 0
        assert score == pytest.approx(2 * (fusion.dense * dense + (1 - fusion.dense) * words), abs=1e-12)


@given(RANKINGS, FUSIONS)
def test_one_ranking_twice_keeps_its_order(ranking: str, fusion: Fusion) -> None:
    assert order(ranking, ranking, fusion) == "".join(ranking)


def test_words_with_clicked_queries_have_a_part_of_the_share_of_words() -> None:
    fusion = Fusion(dense=0.75, k=9, clicked=0.2)
    assert shares(fusion) == pytest.approx((0.75, 0.2, 0.05))
    assert scores("a", "b", fusion, "cb") == pytest.approx({"a": 0.15, "b": 0.04 + 0.1 / 11, "c": 0.01})
    assert scores("a", "b", EVEN, "") == scores("a", "b", EVEN)


def test_weights_are_told_in_whole_percents() -> None:
    assert in_words(EVEN) == "50 % by meaning, 50 % by words"
    assert (
        in_words(Fusion(dense=0.75, clicked=0.2)) == "75 % by meaning, 20 % by words, 5 % by words and clicked queries"
    )
