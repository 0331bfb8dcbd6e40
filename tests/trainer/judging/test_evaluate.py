import numpy as np
import pytest

from tests.trainer.build import START, document
from trainer.data.split import Query
from trainer.judging import evaluate
from trainer.judging.evaluate import BASE, BM25, CANDIDATE, FUSED, LIVE
from trainer.judging.model_tests import Test as BehaviourTest
from trainer.learning.general import General

GUARD = [General(anchor="capital of france", text="Paris is the capital.")]


def query(text: str, name: str, group: int = 0) -> Query:
    return Query(text, {name: 1.0}, group, False, 1, START)


def test_a_document_ranks_by_its_best_passage() -> None:
    long = " ".join(f"word{n}" for n in range(200))
    corpus = evaluate.corpus({"a": document("a", long), "b": document("b", "short text here")}, [], [], 10)
    assert corpus.names == ("a", "b")
    assert corpus.owner.tolist() == [0, 0, 0, 1]
    scores = np.array([[0.1, 0.2, 0.9, 0.5], [0.1, 0.1, 0.1, 0.5]], dtype=np.float32)
    assert evaluate.rank(scores, corpus) == [["a", "b"], ["b", "a"]]


def test_a_large_corpus_keeps_what_is_sought() -> None:
    known = {f"d{n}": document(f"d{n}") for n in range(50)}
    corpus = evaluate.corpus(known, [query("q", "d49")], [], 5)
    assert len(corpus.names) == 5
    assert "d49" in corpus.names


def test_messages_are_not_ranked() -> None:
    from dataclasses import replace

    known = {"m": replace(document("m"), searchable=False), "d": document("d")}
    assert evaluate.corpus(known, [], [], 5).names == ("d",)


def test_fusion_adds_reciprocal_ranks() -> None:
    fused = evaluate.fuse([["a", "b", "c"]], [["c", "b"]])
    assert fused == [["c", "b", "a"]]
    assert evaluate.fuse([[]], [["x"]]) == [["x"]]


def test_the_report_tells_the_systems_apart() -> None:
    known = {"a": document("a", "alpha text stands here"), "b": document("b", "beta text stands here")}
    queries = [query("alpha", "a"), query("beta", "b", 1)]
    tests = [BehaviourTest("paraphrase", "first letter", frozenset({"a"}), 1)]
    corpus = evaluate.corpus(known, queries, GUARD, 10)
    passages = np.eye(3, dtype=np.float32)
    right = np.array([[1, 0, 0.1], [0, 1, 0.1], [1, 0, 0]], dtype=np.float32)
    wrong = np.array([[0, 1, 2], [0, 1, 2], [0, 1, 0]], dtype=np.float32)
    vectors = {CANDIDATE: (passages, right), LIVE: (passages, wrong), BASE: (passages, wrong)}
    found = evaluate.report(queries, [("head",), ("tail",)], tests, corpus, vectors)
    assert found.ndcg(CANDIDATE).tolist() == [1.0, 1.0]
    assert found.ndcg(LIVE).tolist() == pytest.approx([1 / np.log2(3), 1.0])
    assert found.rankings[LIVE][0] == ["b", "a"], "general texts are no documents"
    assert found.ndcg(BM25).tolist() == [1.0, 1.0]
    assert found.behaviours == {"paraphrase": (1, 0, 1)}
    assert found.lost_tests == ()
    assert set(evaluate.table(found)) == {CANDIDATE, LIVE, BASE, BM25, *FUSED.values()}
    assert evaluate.table(found)[CANDIDATE]["recall@1"] == 1.0
    assert evaluate.by_slice(found)["tail"][LIVE]["mrr@10"] == 1.0
    rows = evaluate.score_rows(found, "acme", "run-1")
    assert len(rows["query"]) == 2 * 6
    assert {len(column) for column in rows.values()} == {12}
