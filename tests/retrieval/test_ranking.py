"""Documents out of two rankings of passages: fused, best passage each, and as deep as it takes."""

import pytest

from retrieval.ranking import AUTHORITY_WEIGHT, WIDEN, Ranked, depth, documents, ordered, settled
from schemas.fusion import EVEN, Fusion
from stores.vector_rows import Hit

BOTH_ENDED = (True, True)


def hit(document: str, number: int = 0, weight: float = 0.0, score: float = 1.0) -> Hit:
    return Hit(document, number, score, "t", f"t\ntext of {document}", weight)


def reciprocal(*ranks: int) -> float:
    return sum(1 / (EVEN.k + rank) for rank in ranks)


def names(found: list[Ranked[Hit]] | None) -> list[str]:
    return [one.passage.document for one in found or ()]


def test_a_document_counts_once_with_its_best_passage() -> None:
    found = documents(([hit("a", 1), hit("b"), hit("a", 0)], [hit("a", 0), hit("b")]), EVEN)
    assert [(one.passage.document, one.passage.number) for one in found] == [("a", 0), ("b", 0)]
    assert [one.score for one in found] == pytest.approx([reciprocal(3, 1), reciprocal(2, 2)])


def test_of_equal_passages_the_first_stands_for_the_document_and_equal_documents_are_in_the_order_of_ids() -> None:
    found = documents(([hit("b", 2), hit("a")], [hit("b", 0), hit("c")]), EVEN)
    assert [(one.passage.document, one.passage.number) for one in found] == [("b", 0), ("a", 0), ("c", 0)]


def test_the_weights_decide_whose_first_is_first() -> None:
    rankings = [hit("a"), hit("b")], [hit("b"), hit("a")]
    assert names(documents(rankings, Fusion(dense=0.6))) == ["a", "b"]
    assert names(documents(rankings, Fusion(dense=0.4))) == ["b", "a"]


def test_authority_settles_what_is_close_and_nothing_else() -> None:
    close = [hit("a"), hit("b", weight=1.0)]
    far = [hit("a"), *(hit(f"n{n}") for n in range(8)), hit("b", weight=1.0)]
    assert reciprocal(1) < reciprocal(2) * (1 + AUTHORITY_WEIGHT)
    assert names(documents((close, []), EVEN)) == ["b", "a"]
    assert names(documents((far, []), EVEN))[0] == "a"


def test_a_ranking_is_by_score_and_then_by_key() -> None:
    found = ordered([hit("b"), hit("a", 2), hit("a", 10), hit("c", score=2.0)])
    assert [(one.document, one.number) for one in found] == [("c", 0), ("a", 10), ("a", 2), ("b", 0)]


def test_more_is_to_be_fetched_until_both_rankings_are_deep_enough_or_over() -> None:
    deep, short = [hit(f"d{n}") for n in range(6)], [hit("x")]
    assert settled((deep, short), (False, False), 5, 3, EVEN) is None
    assert settled((deep, short), (False, True), 5, 3, EVEN) is not None
    assert settled((deep, deep), (False, False), 5, 3, EVEN) is not None
    assert settled(([], []), BOTH_ENDED, 5, 3, EVEN) == []


def test_too_few_documents_are_sought_deeper_and_always_to_the_same_depth() -> None:
    crowd = [hit("a", n) for n in range(5)] + [hit(f"d{n}") for n in range(40)]
    assert settled((crowd[:10], []), (False, True), 5, 4, EVEN) is None, "one document down to the first depth"
    fetched = {size: settled((crowd[:size], []), (False, True), 5, 4, EVEN) for size in (5 * WIDEN, 30, 45)}
    assert fetched[20] == fetched[30] == fetched[45]
    assert names(fetched[20])[:4] == ["a", "d0", "d1", "d2"]
    assert names(settled((crowd[:7], []), BOTH_ENDED, 5, 4, EVEN)) == ["a", "d0", "d1"]


def test_more_documents_are_read_deeper() -> None:
    assert depth(20) == 2 * depth(10) > 20


CLICKED = Fusion(clicked=0.5)


def test_the_third_ranking_has_its_part_of_the_share_of_words() -> None:
    found = documents(([hit("a"), hit("b")], [hit("a")], [hit("b"), hit("c")]), CLICKED)
    assert names(found) == ["a", "b", "c"]
    half = [reciprocal(1) + 0.5 * reciprocal(1), reciprocal(2) + 0.5 * reciprocal(1), 0.5 * reciprocal(2)]
    assert [one.score for one in found] == pytest.approx(half)


def test_without_a_weight_the_ranking_by_clicks_changes_nothing_and_is_waited_for_by_nobody() -> None:
    two, three = ([hit("a")], [hit("b")]), ([hit("a")], [hit("b")], [hit("c")])
    assert documents(three, EVEN) == documents(two, EVEN)
    assert settled(three, (True, True, False), 5, 3, EVEN) == settled(two, BOTH_ENDED, 5, 3, EVEN)
    assert settled(three, (True, True, False), 5, 3, CLICKED) is None
