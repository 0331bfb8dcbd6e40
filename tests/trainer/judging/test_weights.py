"""The choice of a fusion by made-up means."""

import numpy as np

from schemas.fusion import EVEN, Fusion
from trainer.judging.weights import CLICKED, GRID, WITH_CLICKED, WORDS, Scores
from trainer.judging.weights import chosen as chosen_by_scores


def chosen(means: dict[Fusion, float], queries: int, least: int, otherwise: Fusion = EVEN) -> Fusion:
    """Choose by queries that all score the mean: any difference is sure."""
    scores: dict[Fusion, Scores] = {fusion: np.full(queries, mean) for fusion, mean in means.items()}
    return chosen_by_scores(scores, least, otherwise)


def means(**by_tenths: float) -> dict[Fusion, float]:
    """Return means of weights in tenths, as `d7=0.8`."""
    return {Fusion(dense=int(name[1:]) / 10): mean for name, mean in by_tenths.items()}


def test_the_best_mean_wins() -> None:
    assert chosen(means(d3=0.7, d5=0.8, d7=0.81), 20, 20) == Fusion(dense=0.7)
    assert chosen(means(d3=0.9, d5=0.8, d7=0.81), 20, 20) == Fusion(dense=0.3)


def test_too_few_queries_choose_nothing() -> None:
    assert chosen(means(d5=0.1, d7=0.9), 19, 20) == EVEN
    assert chosen({}, 100, 20) == EVEN


def test_of_equally_good_ones_the_nearest_to_even_and_then_the_one_that_trusts_words() -> None:
    assert chosen(means(d1=0.8, d7=0.8, d9=0.8), 20, 20) == Fusion(dense=0.7)
    assert chosen(means(d7=0.8, d3=0.8), 20, 20) == Fusion(dense=0.3)
    assert chosen(means(d5=0.8, d9=0.8 + 1e-9), 20, 20) == EVEN, "addition in another order is no gain"
    assert chosen(dict.fromkeys(GRID, 0.0), 20, 20) == EVEN


def test_the_grid_has_the_even_one_and_neither_ranking_alone() -> None:
    assert EVEN in GRID
    assert [fusion.dense for fusion in GRID] == sorted({fusion.dense for fusion in GRID})
    assert 0 < GRID[0].dense < GRID[-1].dense < 1


def test_of_equally_good_ones_the_one_in_which_clicks_count_less_is_chosen() -> None:
    some, more = Fusion(dense=0.9, clicked=0.1), Fusion(dense=0.5, clicked=0.2)
    assert chosen({Fusion(dense=0.9): 0.8, some: 0.8, more: 0.8}, 20, 20) == Fusion(dense=0.9)
    assert chosen({more: 0.8, some: 0.8}, 20, 20) == some
    assert chosen({Fusion(dense=0.9): 0.8, some: 0.8, more: 0.81}, 20, 20) == more


def test_the_grid_with_clicks_has_the_one_without_and_never_clicks_alone() -> None:
    assert set(GRID) < set(WITH_CLICKED)
    assert CLICKED[0] == 0 < max(CLICKED) < 1
    assert {fusion.dense for fusion in WORDS} == {0.0}
    assert chosen({}, 0, 20, WORDS[0]) == WORDS[0]


def test_what_the_queries_cannot_tell_from_the_best_is_as_good() -> None:
    rng, n = np.random.default_rng(3), 60
    even = rng.uniform(0.4, 0.9, n)
    unsure = even + 0.01 + rng.normal(0, 0.2, n)
    sure = even + 0.05 + rng.normal(0, 0.01, n)
    assert unsure.mean() > even.mean()
    assert chosen_by_scores({EVEN: even, Fusion(dense=0.9): unsure}, 20) == EVEN
    assert chosen_by_scores({EVEN: even, Fusion(dense=0.9): sure}, 20) == Fusion(dense=0.9)
