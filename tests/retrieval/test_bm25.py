from math import log

import numpy as np
import pytest

from retrieval.bm25 import Bm25
from stores.vector_rows import K1, B


def test_the_score_is_the_formula_worked_out_by_hand() -> None:
    scores = Bm25(["red apple apple", "green pear", "blue sky above all"]).scores(["apple"])
    idf = log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    expected = idf * 2 * (K1 + 1) / (2 + K1 * (1 - B + B * 3 / 3))
    assert scores[0] == pytest.approx([expected, 0, 0], rel=1e-5)


def test_rare_words_count_more_and_repeated_query_words_add_up() -> None:
    index = Bm25(["common rare", "common other", "common third"])
    common, rare, twice = index.scores(["common", "rare", "rare rare"])
    assert rare[0] > common[0]
    assert twice[0] == pytest.approx(2 * rare[0])


def test_unknown_words_and_empty_texts_score_nothing() -> None:
    assert not Bm25(["a b", ""]).scores(["zzz", ""]).any()
    assert Bm25([]).scores(["a"]).shape == (1, 0)
    assert np.isfinite(Bm25(["", ""]).scores(["a"])).all()


def test_a_document_that_stands_for_several_counts_as_if_they_were_there() -> None:
    texts = ["red apple apple", "green pear", "blue sky above all"]
    sample = Bm25(texts, stands_for=[3, 1, 2]).scores(["apple", "pear sky"])
    whole = Bm25([texts[0]] * 3 + [texts[1]] + [texts[2]] * 2).scores(["apple", "pear sky"])
    assert sample == pytest.approx(whole[:, [0, 3, 4]])
    assert sample != pytest.approx(Bm25(texts).scores(["apple", "pear sky"]))


def test_terms_that_nobody_asks_for_count_for_length_alone() -> None:
    texts, asked = ["red apple apple", "green pear", "blue sky above all"], ["apple sky"]
    assert Bm25(texts, only={"apple", "sky"}).scores(asked) == pytest.approx(Bm25(texts).scores(asked))
    assert not Bm25(texts, only={"sky"}).scores(["apple"]).any()
