from dataclasses import replace

import numpy as np
import pytest

from schemas.fusion import EVEN, Fusion
from tests.trainer.build import START, base_pieces, document
from trainer.data.split import Query
from trainer.judging import corpus, model_tests, weights
from trainer.judging.evaluate import BASE, BM25, BM25_CLICKED, CANDIDATE, DENSE, LIVE, REWEIGHTED, Evaluation, evaluate
from trainer.judging.gate import GateRules
from trainer.judging.judged import Judged
from trainer.judging.model_tests import ModelTest, Tally
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
TODAY = Fusion(dense=0.1)
"""How live is fused."""
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
    return evaluate(asked, {name: part.astype(np.float32) for name, part in rows.items()}, TODAY, least)


def test_every_system_is_judged_on_the_same_queries() -> None:
    seen = found()
    assert set(seen.rankings) == {CANDIDATE, LIVE, REWEIGHTED, BM25, BM25_CLICKED, *DENSE.values()}
    second = 1 / np.log2(3)
    assert seen.ndcg_of(CANDIDATE).tolist() == seen.ndcg_of(DENSE[CANDIDATE]).tolist() == [1.0, 1.0]
    assert seen.ndcg_of(DENSE[LIVE]).tolist() == pytest.approx([second, second])
    assert seen.ndcg_of(BM25).tolist() == [1.0, 0.0]
    assert seen.rankings[DENSE[LIVE]][0] == ["b", "a"], "general texts are no documents"
    assert seen.rankings[BM25] == [["a"], []], "words that are not there are no hit"
    assert seen.rankings[LIVE] == [["a", "b"], ["a", "b"]], "first by words and second by meaning"
    assert seen.rankings[BASE] == seen.rankings[DENSE[LIVE]]


def test_judged_queries_are_answered_as_served_and_without_any_nothing_is_said() -> None:
    assert found().judged_change(GateRules()) is None
    built = corpus.build(KNOWN, QUERIES, (), 10, base_pieces())
    asked = Questions(built, QUERIES, (("head",), ("tail",)), (), judged=(Judged("gamma", {"b": 1.0}, 0),))
    right = np.array([[1, 0], [0, 1], [1, 0], [0, 1], [0, 1]], dtype=np.float32)
    wrong = np.array([[1, 0], [0, 1], [1, 0], [0, 1], [1, 0]], dtype=np.float32)
    seen = evaluate(asked, {CANDIDATE: right, LIVE: wrong, BASE: wrong}, EVEN, 99)
    assert seen.judged_rankings == {CANDIDATE: [["b", "a"]], LIVE: [["a", "b"]]}
    change = seen.judged_change(GateRules())
    assert change is not None
    assert change.mean == pytest.approx(1 - 1 / np.log2(3))


def test_it_is_said_how_many_documents_were_ranked_of_how_many() -> None:
    assert found().documents == found().scores().documents == (2, 2)
    many = KNOWN | {f"x{n}": document(f"x{n}") for n in range(7)}
    built = corpus.build(many, QUERIES, GUARD, 4, base_pieces())
    rows = np.eye(len(built.texts) + len(QUERIES), 9, dtype=np.float32)
    seen = evaluate(Questions(built, QUERIES, ((), ()), ()), {CANDIDATE: rows, LIVE: rows, BASE: rows}, EVEN, 99)
    assert seen.documents == (4, 9)


def test_a_candidate_is_judged_on_passages_as_it_cuts_them() -> None:
    built = corpus.build(KNOWN, QUERIES, (), 10, base_pieces())
    asked = Questions(built, QUERIES, (("head",), ("tail",)), ())
    halves = replace(built, texts=("alpha", "text stands here", "beta", "text"), first=np.array([0, 2]))
    cut = replace(asked, corpus=halves)
    live = np.array([[0, 1], [1, 0], [1, 0], [0, 1]], dtype=np.float32)
    candidate = np.array([[0, 0, 1], [1, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0], [0, 1, 0]], dtype=np.float32)
    seen = evaluate(asked, {CANDIDATE: candidate, LIVE: live, BASE: live}, EVEN, 99, cut)
    assert seen.rankings[DENSE[CANDIDATE]] == [["a", "b"], ["b", "a"]], "by the best of its own passages"
    assert seen.rankings[DENSE[LIVE]] == [["b", "a"], ["a", "b"]]


def test_a_fusion_is_chosen_on_validation_queries_for_each_model_and_few_choose_nothing() -> None:
    seen = found(least=2)
    assert seen.choices[CANDIDATE].fusion.dense > 0.5
    assert seen.choices[LIVE].fusion == EVEN, "its vectors are as wrong as the words: all weights are equally bad"
    assert set(seen.choices[LIVE].tried) == set(weights.GRID)
    best = max(seen.choices[CANDIDATE].tried.values())
    assert seen.choices[CANDIDATE].tried[seen.choices[CANDIDATE].fusion] == best
    assert {choice.fusion for choice in found(least=3).choices.values()} == {EVEN}


def test_where_people_clicked_the_validation_queries_choose_how_much_that_counts() -> None:
    """Clicks lead where words mislead: those of `b` were after what the validation queries ask for."""
    built = corpus.build(KNOWN, QUERIES, GUARD, 10, base_pieces(), {"b": ("alpha text",)})
    rows = np.vstack((np.eye(3), WRONG, [[0, 1, 0]], [[1, 0, 0]] * 2)).astype(np.float32)
    asked = Questions(built, QUERIES, (("head",), ("tail",)), TESTS, VALIDATION)
    seen = evaluate(asked, {CANDIDATE: rows, LIVE: rows, BASE: rows}, EVEN, 2)
    assert set(seen.choices[LIVE].tried) == set(weights.WITH_CLICKED)
    assert seen.choices[LIVE] == seen.choices[CANDIDATE], "both have the same help"
    assert seen.choices[LIVE].fusion.clicked > 0
    assert seen.rankings[BM25] == [["a"], []]
    assert seen.rankings[BM25_CLICKED][0] == ["a", "b"], "a baseline of its own weights"
    bare = evaluate(replace(asked, validation=()), {CANDIDATE: rows, LIVE: rows, BASE: rows}, EVEN, 2)
    assert bare.choices[LIVE].fusion == EVEN
    assert bare.rankings[BM25_CLICKED] == [["a", "b"], []]


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
    assert found().behaviours == {"paraphrase": Tally(1, 0, 1, 1, 0, 1)}
    assert found().lost_tests == ()
    won = found(live_test=(1, 0, 0))
    assert won.behaviours == {"paraphrase": Tally(1, 1, 1, 1, 0, 0)}
    lost = evaluate(
        Questions(corpus.build(KNOWN, (), GUARD, 10, base_pieces()), (), (), TESTS),
        {
            name: np.vstack((np.eye(3), [row])).astype(np.float32)
            for name, row in ((CANDIDATE, [0, 1, 0]), (LIVE, [1, 0, 0]), (BASE, [1, 0, 0]))
        },
        EVEN,
        1,
    )
    assert lost.behaviours == {"paraphrase": Tally(1, 1, 0, 1, 1, 0)}
    assert lost.lost_tests == ("paraphrase: first letter",)


def test_tests_pass_as_searches_rank_and_those_of_general_texts_by_vectors() -> None:
    """A short form that words find is not lost where vectors alone would put another document first."""
    (general,) = model_tests.general(GUARD)
    tests = (ModelTest("acronym", "alpha", frozenset({"a"}), 1), general)
    asked = Questions(corpus.build(KNOWN, (), GUARD, 10, base_pieces()), (), (), tests)
    rows = {
        name: np.vstack((np.eye(3), [short], [[0, 0, 1]])).astype(np.float32)
        for name, short in ((CANDIDATE, [0.1, 0.2, 0]), (LIVE, [1, 0, 0]), (BASE, [1, 0, 0]))
    }
    seen = evaluate(asked, rows, Fusion(dense=0.3), 1)
    assert seen.choices[CANDIDATE].fusion == EVEN, "nothing chose"
    assert seen.behaviours == dict.fromkeys(("acronym", "general"), Tally(1, 1, 1, 1, 0, 0))
    assert seen.lost_tests == ()


def test_live_is_judged_with_the_weights_that_it_serves_with() -> None:
    """Vectors put `b` first, words `a`; the validation queries trust vectors."""
    judged = (query("alpha text", "a"),)
    built = corpus.build(KNOWN, judged, GUARD, 10, base_pieces())
    rows = np.vstack((np.eye(3), [[0, 1, 0.1]], [[1, 0, 0]], [[0, 1, 0]] * 2)).astype(np.float32)
    asked = Questions(built, judged, (("head",),), TESTS, VALIDATION)
    by_words, by_meaning = (
        evaluate(asked, {CANDIDATE: rows, LIVE: rows, BASE: rows}, Fusion(dense=dense), 2) for dense in (0.1, 0.95)
    )
    assert (by_words.rankings[LIVE], by_meaning.rankings[LIVE]) == ([["a", "b"]], [["b", "a"]])
    assert by_words.scores().live.tolist() != by_meaning.scores().live.tolist()
    assert by_words.rankings[REWEIGHTED] == by_meaning.rankings[REWEIGHTED] == by_words.rankings[CANDIDATE]
