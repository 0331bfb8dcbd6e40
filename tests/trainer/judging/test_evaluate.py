import numpy as np
import pytest

from tests.trainer.build import START, base_pieces, document
from trainer.data.split import Query
from trainer.judging import corpus
from trainer.judging.evaluate import BASE, BM25, CANDIDATE, FUSED, LIVE, Evaluation, evaluate
from trainer.judging.model_tests import ModelTest
from trainer.judging.questions import Questions
from trainer.learning.general import General

GUARD = [General(anchor="capital of france", text="Paris is the capital.")]
KNOWN = {"a": document("a", "alpha text stands here"), "b": document("b", "beta text stands here")}
QUERIES = (Query("alpha", {"a": 1.0}, 0, False, 1, START), Query("beta", {"b": 1.0}, 1, False, 1, START))
TESTS = (ModelTest("paraphrase", "first letter", frozenset({"a"}), 1),)


def found(live_test: tuple[float, float, float] = (0, 1, 0)) -> Evaluation:
    """Return a comparison in which the candidate is right and live puts a general text, then `b` first."""
    asked = Questions(corpus.build(KNOWN, QUERIES, GUARD, 10, base_pieces()), QUERIES, (("head",), ("tail",)), TESTS)
    passages = np.eye(3)
    right = np.array([[1, 0, 0.1], [0, 1, 0.1], [1, 0, 0]])
    wrong = np.array([[0, 1, 2], [0, 1, 2], live_test])
    anchors = np.full((4, 3), 9.0)
    rows = {CANDIDATE: (passages, right), LIVE: (passages, wrong, anchors), BASE: (passages, wrong, anchors)}
    return evaluate(asked, {name: np.vstack(parts).astype(np.float32) for name, parts in rows.items()})


def test_every_system_is_judged_on_the_same_queries() -> None:
    seen = found()
    assert set(seen.rankings) == {CANDIDATE, LIVE, BASE, BM25, *FUSED.values()}
    assert seen.ndcg_of(CANDIDATE).tolist() == [1.0, 1.0]
    assert seen.ndcg_of(LIVE).tolist() == pytest.approx([1 / np.log2(3), 1.0])
    assert seen.ndcg_of(BM25).tolist() == [1.0, 1.0]
    assert seen.rankings[LIVE][0] == ["b", "a"], "general texts are no documents"
    assert seen.rankings[BM25][0] == ["a"], "words that are not there are no hit"
    assert seen.rankings[FUSED[LIVE]][0] == ["a", "b"], "first by words and second by meaning"


def test_the_gate_gets_pairs_groups_and_slices_of_each_query() -> None:
    scores = found().scores()
    assert (scores.candidate - scores.live).tolist() == pytest.approx([1 - 1 / np.log2(3), 0.0])
    assert scores.fused.tolist() == [0.0, 0.0]
    assert (list(scores.groups), list(scores.slices)) == ([0, 1], [("head",), ("tail",)])


def test_tests_that_a_candidate_loses_are_named() -> None:
    assert found().behaviours == {"paraphrase": (1, 0, 1)}
    assert found().lost_tests == ()
    won = found(live_test=(1, 0, 0))
    assert won.behaviours == {"paraphrase": (1, 1, 1)}
    lost = evaluate(
        Questions(corpus.build(KNOWN, (), GUARD, 10, base_pieces()), (), (), TESTS),
        {
            name: np.vstack((np.eye(3), [row])).astype(np.float32)
            for name, row in ((CANDIDATE, [0, 1, 0]), (LIVE, [1, 0, 0]), (BASE, [1, 0, 0]))
        },
    )
    assert lost.behaviours == {"paraphrase": (1, 1, 0)}
    assert lost.lost_tests == ("paraphrase: first letter",)
