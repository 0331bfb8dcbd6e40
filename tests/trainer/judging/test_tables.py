import pytest

from tests.trainer.judging.test_evaluate import found
from trainer.judging.evaluate import BM25, BM25_CLICKED, CANDIDATE, DENSE, LIVE, REWEIGHTED
from trainer.judging.tables import by_slice, score_rows, table


def test_the_table_has_the_mean_of_every_metric() -> None:
    means = table(found())
    assert set(means) == {CANDIDATE, LIVE, REWEIGHTED, BM25, BM25_CLICKED, *DENSE.values()}
    assert set(means[CANDIDATE].values()) == {1.0, 0.2}, "all 1, but for precision@5 of one relevant document"
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
