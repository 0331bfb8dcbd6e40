"""Documents out of two rankings of passages: fused, best passage each, and as deep as it takes."""

import pytest

from indexer.ranking import AUTHORITY_WEIGHT, SNIPPET_CHARACTERS, WIDEN, best, rank, snippet
from retrieval.fusion import RRF_K
from stores.vector_rows import Hit

BOTH_ENDED = (True, True)


def hit(document: str, number: int = 0, weight: float = 0.0) -> Hit:
    return Hit(document, number, 1.0, "t", f"t\ntext of {document}", weight)


def reciprocal(*ranks: int) -> float:
    return sum(1 / (RRF_K + rank) for rank in ranks)


def test_a_document_counts_once_with_its_best_passage() -> None:
    found = rank("q", ([hit("a", 1), hit("b"), hit("a", 0)], [hit("a", 0), hit("b")]), 10)
    assert [(f.document, f.rank) for f in found] == [("a", 1), ("b", 2)]
    assert [f.score for f in found] == pytest.approx([reciprocal(3, 1), reciprocal(2, 2)])
    assert [f.document for f in rank("q", ([hit("a"), hit("b"), hit("c")], []), 2)] == ["a", "b"]


def test_authority_settles_what_is_close_and_nothing_else() -> None:
    close = [hit("a"), hit("b", weight=1.0)]
    far = [hit("a"), *(hit(f"n{n}") for n in range(8)), hit("b", weight=1.0)]
    assert reciprocal(1) < reciprocal(2) * (1 + AUTHORITY_WEIGHT)
    assert [f.document for f in rank("q", (close, []), 2)] == ["b", "a"]
    assert rank("q", (far, []), 1)[0].document == "a"


def test_more_is_to_be_fetched_until_both_rankings_are_deep_enough_or_over() -> None:
    deep, short = [hit(f"d{n}") for n in range(6)], [hit("x")]
    assert best("q", (deep, short), (False, False), 5, 3) is None
    assert best("q", (deep, short), (False, True), 5, 3) is not None
    assert best("q", (deep, deep), (False, False), 5, 3) is not None
    assert best("q", ([], []), BOTH_ENDED, 5, 3) == []


def test_too_few_documents_are_sought_deeper_and_always_to_the_same_depth() -> None:
    crowd = [hit("a", n) for n in range(5)] + [hit(f"d{n}") for n in range(40)]
    assert best("q", (crowd[:10], []), (False, True), 5, 4) is None, "one document down to the first depth"
    fetched = {size: best("q", (crowd[:size], []), (False, True), 5, 4) for size in (5 * WIDEN, 30, 45)}
    assert fetched[20] == fetched[30] == fetched[45]
    assert [f.document for f in fetched[20] or ()] == ["a", "d0", "d1", "d2"]
    everything = best("q", (crowd[:7], []), BOTH_ENDED, 5, 4)
    assert [f.document for f in everything or ()] == ["a", "d0", "d1"]


def test_the_snippet_begins_at_the_sentence_that_answers() -> None:
    text = "Nothing here. The parental leave is ten weeks. " + "More text follows. " * 30
    assert snippet("parental leave", text).startswith("The parental leave is ten weeks.")
    assert len(snippet("parental leave", text)) <= SNIPPET_CHARACTERS + 1
    assert snippet("absent", "") == ""
