"""The rules of the comparison; it runs on real collections in `test_service`."""

import pytest

from indexer.comparison import HIDDEN, Compared, shown


def test_overlap_and_gain_of_one_query() -> None:
    compared = Compared("q", frozenset("b"), tuple("ab"), tuple("bc"))
    assert compared.overlap == 0.5
    assert compared.gain == pytest.approx(1 - 0.63093, abs=1e-5)
    assert Compared("q", frozenset("ab"), tuple("axb"), ()).gain == pytest.approx(-1.5 / 1.63093, abs=1e-5)
    assert Compared("q", frozenset("a"), (), (*"xxxxxxxxxx", "a")).gain == 0
    assert Compared("q", frozenset(), (), ()).overlap == 1
    assert Compared("q", frozenset(), tuple("ab"), ("a",)).overlap == 0.5


def test_an_operator_sees_the_first_documents_and_no_title_that_is_not_known() -> None:
    found = shown(tuple("abcdef"), frozenset("b"), {"a": "A", "b": "B"})
    assert [(d.document, d.title, d.wanted) for d in found[:3]] == [
        ("a", "A", False), ("b", "B", True), ("c", HIDDEN, False),
    ]  # fmt: skip
    assert len(found) == 5
