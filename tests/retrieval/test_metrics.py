"""Every figure here was worked out by hand from the definition."""

from math import isclose, log2

import pytest

from retrieval import metrics

RANKED = ["a", "x", "b", "y", "c"]
BINARY = {"a": 1.0, "b": 1.0, "z": 1.0}
GRADED = {"a": 0.5, "b": 1.0}


def test_recall_counts_the_relevant_that_were_found() -> None:
    assert metrics.recall(RANKED, BINARY, 5) == pytest.approx(2 / 3)
    assert metrics.recall(RANKED, BINARY, 1) == pytest.approx(1 / 3)
    assert metrics.recall([], BINARY, 5) == 0


def test_precision_counts_empty_places_as_misses() -> None:
    assert metrics.precision(RANKED, BINARY, 2) == 0.5
    assert metrics.precision(["a"], BINARY, 10) == 0.1


def test_reciprocal_rank_is_of_the_first_hit_within_k() -> None:
    assert metrics.reciprocal_rank(RANKED, {"b": 1.0}, 10) == pytest.approx(1 / 3)
    assert metrics.reciprocal_rank(RANKED, {"b": 1.0}, 2) == 0
    assert metrics.reciprocal_rank(RANKED, {"q": 1.0}, 10) == 0


def test_average_precision_averages_over_all_relevant() -> None:
    assert metrics.average_precision(RANKED, BINARY, 5) == pytest.approx((1 / 1 + 2 / 3) / 3)
    assert metrics.average_precision(["x", "a"], {"a": 1.0}, 5) == 0.5
    assert metrics.average_precision(["a", "b"], BINARY, 2) == 1.0, "no more than k can be found among k"


def test_ndcg_discounts_by_rank_and_weighs_by_grade() -> None:
    gain = 0.5 / log2(2) + 1.0 / log2(4)
    best = 1.0 / log2(2) + 0.5 / log2(3)
    assert metrics.ndcg(RANKED, GRADED, 10) == pytest.approx(gain / best)
    assert metrics.ndcg(["b", "a"], GRADED, 10) == pytest.approx(1.0)
    assert metrics.ndcg(["x", "b"], GRADED, 1) == 0


def test_ndcg_of_a_perfect_cut_ranking_is_one() -> None:
    relevant = {str(n): 1.0 for n in range(20)}
    assert isclose(metrics.ndcg([str(n) for n in range(10)], relevant, 10), 1.0)


def test_a_query_that_seeks_nothing_scores_nothing() -> None:
    for metric in (metrics.recall, metrics.precision, metrics.reciprocal_rank, metrics.average_precision, metrics.ndcg):
        assert metric(RANKED, {}, 5) == 0


def test_documents_may_be_numbers() -> None:
    assert metrics.reciprocal_rank([7, 3], {3: 1.0}, 10) == 0.5
