from dataclasses import replace
from math import log2

import pytest

from tests.trainer.build import START
from tests.trainer.judging.test_evaluate import found
from trainer.data.split import Query
from trainer.judging.evaluate import BM25, BM25_CLICKED, CANDIDATE, DENSE, LIVE, REWEIGHTED
from trainer.judging.tables import SCORE, by_slice, score_rows, table


def test_the_table_has_the_mean_of_every_metric() -> None:
    means = table(found())
    assert set(means) == {CANDIDATE, LIVE, REWEIGHTED, BM25, BM25_CLICKED, *DENSE.values()}
    kinds = ("ndcg", "mrr", "map", "precision", "recall")
    assert set(means[LIVE]) == {SCORE, "recall@100", *(f"{kind}@{k}" for kind in kinds for k in (1, 3, 5, 10, 20, 50))}
    perfect = {name: value for name, value in means[CANDIDATE].items() if not name.startswith("precision")}
    assert set(perfect.values()) == {1.0}
    assert [means[CANDIDATE][f"precision@{k}"] for k in (1, 3, 5, 10)] == [1.0, 0.333333, 0.2, 0.1]
    assert means[LIVE]["recall@1"] == 0.5
    assert means[DENSE[LIVE]]["recall@1"] == 0.0
    assert means[LIVE]["mrr@10"] == 0.75
    assert means[LIVE]["recall@5"] == 1.0


def test_a_slice_has_the_means_of_its_own_queries() -> None:
    slices = by_slice(found())
    assert set(slices) == {"head", "tail"}
    assert slices["head"]["all"] == {"queries": 1.0}
    assert slices["head"][LIVE]["mrr@10"] == 1.0
    assert slices["tail"][LIVE]["mrr@10"] == 0.5


def test_a_row_for_every_query_and_system() -> None:
    rows = score_rows(found(), "acme", "run-1", "snapshot-1")
    assert {len(column) for column in rows.values()} == {2 * 8}
    at = next(n for n in range(16) if (rows["system"][n], rows["query"][n]) == (LIVE, "gamma"))
    assert {name: column[at] for name, column in rows.items()} == {
        "tenant": "acme",
        "run": "run-1",
        "snapshot": "snapshot-1",
        "query": "gamma",
        "system": LIVE,
        "slices": ["tail"],
        "relevant": ["b"],
        "retrieved": ["a", "b"],
        "score": pytest.approx(0.63093, abs=1e-5),
        "ndcg_10": pytest.approx(0.63093, abs=1e-5),
        "mrr_10": 0.5,
        "map_10": 0.5,
        "recall_10": 1.0,
        "precision_10": 0.1,
    }


def test_every_metric_is_read_at_its_own_depth() -> None:
    """By hand: of three relevant documents one stands at 2, one at 4, one at 15; all have grade 1."""
    ranked = [f"x{n}" for n in range(60)]
    ranked[1], ranked[3], ranked[14] = "r1", "r2", "r3"
    sought = Query("alpha", {"r1": 1.0, "r2": 1.0, "r3": 1.0}, 0, False, 1, START)
    seen = found()
    rankings = {system: [ranked] for system in seen.rankings}
    seen = replace(seen, queries=(sought,), slices=((),), rankings=rankings, labels=None)
    means = table(seen)[LIVE]
    gained = {1: 0.0, 3: 1 / log2(3), 5: 1 / log2(3) + 1 / log2(5), 20: 1 / log2(3) + 1 / log2(5) + 1 / log2(16)}
    ideal = {1: 1.0, 3: 1 + 1 / log2(3) + 1 / 2}
    for k, (recall, precision, mrr, mean_average, ndcg) in {
        1: (0, 0, 0, 0, 0),
        3: (1 / 3, 1 / 3, 1 / 2, (1 / 2) / 3, gained[3] / ideal[3]),
        5: (2 / 3, 2 / 5, 1 / 2, (1 / 2 + 2 / 4) / 3, gained[5] / ideal[3]),
        10: (2 / 3, 2 / 10, 1 / 2, (1 / 2 + 2 / 4) / 3, gained[5] / ideal[3]),
        20: (1, 3 / 20, 1 / 2, (1 / 2 + 2 / 4 + 3 / 15) / 3, gained[20] / ideal[3]),
        50: (1, 3 / 50, 1 / 2, (1 / 2 + 2 / 4 + 3 / 15) / 3, gained[20] / ideal[3]),
    }.items():
        got = [means[f"{name}@{k}"] for name in ("recall", "precision", "mrr", "map", "ndcg")]
        assert got == pytest.approx([recall, precision, mrr, mean_average, ndcg], abs=2e-6), k
    rows = score_rows(seen, "acme", "run-1", "snapshot-1")
    assert rows["retrieved"][0] == ranked[:50], "what is exported is deeper than what is shown"
