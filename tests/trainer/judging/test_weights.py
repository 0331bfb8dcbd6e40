"""The choice of a fusion by made-up means."""

from schemas.fusion import EVEN, Fusion
from trainer.judging.weights import GRID, chosen


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
