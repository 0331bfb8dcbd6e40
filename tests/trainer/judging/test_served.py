"""The trainer's ranking of documents as searches rank them, on scores written by hand."""

from dataclasses import replace

import numpy as np
import pytest

from retrieval.bm25 import Bm25
from retrieval.ranking import AUTHORITY_WEIGHT
from schemas.fusion import EVEN, Fusion
from trainer.judging.corpus import Corpus
from trainer.judging.served import WANTED, ServedRanking


def corpus(passages: dict[str, list[str]], **authority: float) -> Corpus:
    names = sorted(passages)
    sizes = [len(passages[name]) for name in names]
    return Corpus(
        tuple(names),
        tuple(text for name in names for text in passages[name]),
        np.cumsum([0, *sizes], dtype=np.int64)[:-1],
        tuple(authority.get(name, 0.0) for name in names),
    )


def ranked(over: Corpus, dense: list[float], query: str, fusion: Fusion = EVEN) -> list[str]:
    """Return the documents for a query whose cosines with the passages, in their order, are given."""
    served = ServedRanking(over, Bm25(over.texts))
    passages = np.array([[score] for score in dense], dtype=np.float32)
    ((found,),) = served.rank(passages, np.ones((1, 1), dtype=np.float32), [query], [fusion])
    return found


def test_passages_are_fused_and_a_document_counts_with_its_best() -> None:
    """`a` is second by meaning and first by words, but with two passages; `b` is first and second with one."""
    over = corpus({"a": ["sun", "moon moon moon"], "b": ["moon and all the rest of it", "x"], "c": ["y"]})
    assert ranked(over, [0.8, 0.1, 0.9, 0.2, 0.7], "moon") == ["b", "a", "c"]
    assert ranked(over, [0.8, 0.1, 0.9, 0.2, 0.7], "sun") == ["a", "b", "c"]


def test_the_weights_decide_and_each_fusion_has_its_own_ranking() -> None:
    over = corpus({"a": ["star"], "b": ["moon"], "c": ["sun"]})
    dense, asked = np.array([[0.9], [0.5], [0.1]], dtype=np.float32), np.ones((2, 1), dtype=np.float32)
    fusions = [Fusion(dense=0.9, k=1), Fusion(dense=0.1, k=1)]
    found = ServedRanking(over, Bm25(over.texts)).rank(dense, asked, ["sun", "moon"], fusions)
    assert found == [[["a", "b", "c"], ["a", "b", "c"]], [["c", "a", "b"], ["b", "a", "c"]]]


def test_authority_counts_as_in_a_search() -> None:
    texts = {"a": ["x"], "b": ["y"]}
    assert (1 + AUTHORITY_WEIGHT) / 62 > 1 / 61
    assert ranked(corpus(texts), [0.9, 0.8], "z") == ["a", "b"]
    assert ranked(corpus(texts, b=1.0), [0.9, 0.8], "z") == ["b", "a"]


def test_words_that_are_not_there_are_no_hit() -> None:
    assert ranked(corpus({"a": ["sun"], "b": ["moon"]}), [0.1, 0.9], "stars") == ["b", "a"]


def test_it_reads_as_deep_as_a_search_and_deeper_for_documents_of_many_passages() -> None:
    few = {f"d{n:02}": ["word"] for n in range(80)}
    assert len(ranked(corpus(few), list(np.linspace(1, 0, 80)), "absent")) == 50, "what a search fetches for ten"
    crowd = {"a": [f"p{n}" for n in range(300)], **{f"d{n:02}": ["word"] for n in range(30)}}
    found = ranked(corpus(crowd), list(np.linspace(1, 0, 330)), "absent")
    assert found[:3] == ["a", "d00", "d01"]
    assert len(found) >= WANTED


CLICKED = Fusion(dense=0.2, clicked=0.5)


def test_clicked_queries_count_as_in_a_search_and_only_where_there_are_any() -> None:
    over = corpus({"a": ["sun"], "b": ["moon", "star"], "c": ["sky"]})
    helped = replace(over, clicked=((), ("bright light",), ()))
    assert ranked(over, [0.9, 0.5, 0.4, 0.6], "light", CLICKED) == ["a", "c", "b"]
    assert ranked(helped, [0.9, 0.5, 0.4, 0.6], "light", CLICKED) == ["b", "a", "c"]
    assert ranked(helped, [0.9, 0.5, 0.4, 0.6], "light") == ["a", "c", "b"]
    assert [ServedRanking(one, Bm25(one.texts)).has_clicked for one in (over, helped)] == [False, True]


def test_words_and_clicked_queries_rank_without_any_encoder() -> None:
    over = replace(corpus({"a": ["sun"], "b": ["moon"], "c": ["sky"]}), clicked=((), ("sun",), ()))
    found = ServedRanking(over, Bm25(over.texts)).rank_words(
        ["sun", "sky", "x"], [Fusion(dense=0, clicked=c) for c in (0.1, 0.9)]
    )
    assert found == [[["a", "b"], ["c"], []], [["a", "b"], ["c"], []]]
    (more,) = ServedRanking(over, Bm25(over.texts)).rank_words(["sun moon"], [Fusion(dense=0, clicked=0.9)])
    assert more == [["b", "a"]], "found by its own words and by what people asked"


@pytest.mark.parametrize("size", [1, 9, 200])
def test_equal_scores_are_in_the_order_of_keys_whatever_the_size(size: int) -> None:
    over = corpus({f"d{n}": ["same words"] for n in range(size)})
    assert ranked(over, [0.5] * size, "same") == sorted(f"d{n}" for n in range(size))[:50]
