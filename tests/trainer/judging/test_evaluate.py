import numpy as np
import pytest

from schemas.fusion import EVEN, Fusion
from tests.trainer.build import START, base_pieces, document
from trainer.data.split import Query
from trainer.judging import corpus, weights
from trainer.judging.evaluate import BASE, BM25, CANDIDATE, DENSE, LIVE, TODAY, Evaluation, evaluate
from trainer.judging.model_tests import ModelTest
from trainer.judging.questions import Questions
from trainer.learning.general import General

GUARD = [General(anchor="capital of france", text="Paris is the capital.")]
KNOWN = {"a": document("a", "alpha text stands here"), "b": document("b", "beta text stands here")}


def query(text: str, name: str, group: int = 0) -> Query:
    return Query(text, {name: 1.0}, group, False, 1, START)


QUERIES = (query("alpha", "a"), query("gamma", "b", 1))
"""The first is found by words too, the second by meaning alone."""
VALIDATION = (query("alpha text", "b"), query("alpha text", "b"))
"""Words mislead: a model with the right vectors should trust them more."""
TESTS = (ModelTest("paraphrase", "first letter", frozenset({"a"}), 1),)
RIGHT, WRONG = [[1, 0, 0.1], [0, 1, 0.1]], [[0, 1, 2], [1, 0, 2]]


def found(
    live_test: tuple[float, float, float] = (0, 1, 0), least: int = 99, right: str = CANDIDATE, wrong: str = LIVE
) -> Evaluation:
    """Return a comparison in which the vectors of `right` are right and those of `wrong` put a general text first."""
    built = corpus.build(KNOWN, QUERIES, GUARD, 10, base_pieces())
    asked = Questions(built, QUERIES, (("head",), ("tail",)), TESTS, VALIDATION)
    anchors = np.full((4, 3), 9.0)
    candidate = np.vstack((np.eye(3), RIGHT, [[1, 0, 0]], [[0, 1, 0]] * 2))
    live = np.vstack((np.eye(3), WRONG, [live_test], [[1, 0, 0]] * 2, anchors))
    rows = {right: candidate, wrong: live, BASE: live}
    return evaluate(asked, {name: part.astype(np.float32) for name, part in rows.items()}, Fusion(dense=0.1), least)


def test_every_system_is_judged_on_the_same_queries() -> None:
    seen = found()
    assert set(seen.rankings) == {CANDIDATE, LIVE, TODAY, BM25, *DENSE.values()}
    second = 1 / np.log2(3)
    assert seen.ndcg_of(CANDIDATE).tolist() == seen.ndcg_of(DENSE[CANDIDATE]).tolist() == [1.0, 1.0]
    assert seen.ndcg_of(DENSE[LIVE]).tolist() == pytest.approx([second, second])
    assert seen.ndcg_of(BM25).tolist() == [1.0, 0.0]
    assert seen.rankings[DENSE[LIVE]][0] == ["b", "a"], "general texts are no documents"
    assert seen.rankings[BM25] == [["a"], []], "words that are not there are no hit"
    assert seen.rankings[LIVE] == [["a", "b"], ["a", "b"]], "first by words and second by meaning"
    assert seen.rankings[BASE] == seen.rankings[DENSE[LIVE]]


def test_a_fusion_is_chosen_on_validation_queries_for_each_model_and_few_choose_nothing() -> None:
    seen = found(least=2)
    assert seen.choices[CANDIDATE].fusion.dense > 0.5
    assert seen.choices[LIVE].fusion == EVEN, "its vectors are as wrong as the words: all weights are equally bad"
    assert set(seen.choices[LIVE].tried) == set(weights.GRID)
    best = max(seen.choices[CANDIDATE].tried.values())
    assert seen.choices[CANDIDATE].tried[seen.choices[CANDIDATE].fusion] == best
    assert {choice.fusion for choice in found(least=3).choices.values()} == {EVEN}


def test_test_queries_have_no_part_in_the_choice() -> None:
    built = corpus.build(KNOWN, QUERIES, GUARD, 10, base_pieces())
    rows = np.vstack((np.eye(3), RIGHT, [[1, 0, 0]])).astype(np.float32)
    bare = Questions(built, QUERIES, (("head",), ("tail",)), TESTS)
    seen = evaluate(bare, {CANDIDATE: rows, LIVE: rows, BASE: rows}, EVEN, 1)
    assert [(choice.fusion, choice.tried) for choice in seen.choices.values()] == [(EVEN, {})] * 2


def test_the_gate_gets_served_pairs_groups_and_slices_of_each_query() -> None:
    scores = found().scores()
    assert (scores.candidate - scores.live).tolist() == pytest.approx([0.0, 1 - 1 / np.log2(3)])
    assert (list(scores.groups), list(scores.slices)) == ([0, 1], [("head",), ("tail",)])


@pytest.mark.parametrize(("right", "wrong"), [(CANDIDATE, LIVE), (LIVE, CANDIDATE)])
def test_neither_side_is_judged_by_its_vectors_alone(right: str, wrong: str) -> None:
    seen = found(right=right, wrong=wrong)
    scores = seen.scores()
    judged = {CANDIDATE: scores.candidate.tolist(), LIVE: scores.live.tolist()}
    second = 1 / np.log2(3)
    assert judged[right] == pytest.approx([1.0, 1.0])
    assert judged[wrong] == pytest.approx([1.0, second]), "words mend the first query"
    assert seen.ndcg_of(DENSE[wrong]).tolist() == pytest.approx([second, second])


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
        EVEN,
        1,
    )
    assert lost.behaviours == {"paraphrase": (1, 1, 0)}
    assert lost.lost_tests == ("paraphrase: first letter",)
