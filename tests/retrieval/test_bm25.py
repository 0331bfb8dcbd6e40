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
