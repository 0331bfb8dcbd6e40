from dataclasses import replace

import numpy as np

from tests.trainer.build import START, base_pieces, document, pair
from trainer.config import EvaluationRules, TrainingConfig
from trainer.data.added_tests import AddedTest
from trainer.data.snapshot import Answer, Snapshot
from trainer.data.split import Query, Split
from trainer.judging import model_tests, questions
from trainer.learning import general


def query(text: str, name: str) -> Query:
    return Query(text, {name: 1.0}, 0, False, 1, START)


def test_held_out_queries_tests_and_corpus_are_asked_in_one_order() -> None:
    known = {name: document(name, opened=1) for name in ("a", "b", "c")}
    known["m"] = replace(document("m", opened=9), searchable=False)
    taken = Snapshot("acme", "run-1", "base", START, (), known, {})
    test, validation = query("To delete a thing", "a"), query("validated", "c")
    config = TrainingConfig(evaluation=EvaluationRules(max_documents=2))
    asked = questions.build(taken, Split((), (validation,), (test,), (), frozenset()), config, base_pieces())
    own = [asked.corpus.names[n] for n in asked.corpus.tenants()]
    assert own == ["a", "c"], "what test and validation seek comes before what nobody seeks"
    assert len(asked.corpus.names) == 2 + len(general.guarded())
    assert asked.queries == (test,)
    assert asked.slices[0][0] == "factoid"
    behaviours = {one.behaviour for one in asked.tests}
    assert behaviours == {model_tests.PARAPHRASE, model_tests.KEY_DOCUMENT, model_tests.GENERAL}
    assert not any("m" in one.expected for one in asked.tests), "searches do not find messages"
    tested = [one.query for one in asked.tests]
    assert asked.texts == (*asked.corpus.texts, "To delete a thing", *tested, "validated")
    rows = asked.rows(np.arange(len(asked.texts) + 7, dtype=np.float32)[:, np.newaxis])
    assert [asked.texts[int(row[0])] for row in (*rows.queries, *rows.validation)] == ["To delete a thing", "validated"]
    assert [asked.texts[int(row[0])] for row in rows.passages] == [*asked.corpus.texts]
    assert [asked.texts[int(row[0])] for row in rows.tests] == tested


def test_judged_queries_come_last_seek_documents_of_the_corpus_and_outrank_clicks() -> None:
    known = {name: document(name, opened=1) for name in ("a", "b", "c")}
    judgments = {"to DELETE a thing": {"b": 2.0, "c": 1.0}, "of people": {"c": 1.0}, "of none": {"gone": 1.0}}
    taken = replace(Snapshot("acme", "run-1", "base", START, (), known, {}), judgments=judgments)
    split = Split((), (), (query("To delete a thing", "b"),), (), frozenset({"a", "b"}), (), frozenset({"b"}))
    config = TrainingConfig(evaluation=EvaluationRules(max_documents=3))
    asked = questions.build(taken, split, config, base_pieces())
    assert [one.text for one in asked.judged] == ["of people", "to DELETE a thing"]
    assert asked.texts[-2:] == ("of people", "to DELETE a thing")
    assert asked.labels is not None
    assert asked.labels.values == (None,)
    rows = asked.rows(np.arange(len(asked.texts), dtype=np.float32)[:, np.newaxis])
    assert [asked.texts[int(row[0])] for row in rows.judged] == ["of people", "to DELETE a thing"]


def test_only_documents_that_may_test_decide_and_none_is_found_by_a_query_that_judges() -> None:
    known = {name: document(name, opened=1) for name in ("a", "chose", "taught and tested")}
    known["a"] = replace(known["a"], clicked=("delete a thing", "of people", "quite another need"))
    rows = tuple(pair("to delete a thing", name) for name in known)
    answer = Answer("to delete a thing", tuple(known))
    judgments = {"Of people": {"a": 1.0}}
    taken = replace(Snapshot("acme", "run-1", "base", START, rows, known, {}), answers=(answer,), judgments=judgments)
    asked_for = (query("to delete a thing", "a"),)
    split = Split(
        (), (), asked_for, (), frozenset(known), test_documents=frozenset({"a"}),
        validation_documents=frozenset({"chose"}),
    )  # fmt: skip
    asked = questions.build(taken, split, TrainingConfig(), base_pieces())
    assert asked.labels is not None
    (values,) = asked.labels.values
    assert values is not None
    assert [name for name, value in values.items() if value > 0] == ["a"]
    assert values.keys() == {"a"}, "what was opened and may not test is as if unseen"
    assert asked.corpus.clicked[asked.corpus.names.index("a")] == ("quite another need",)


def test_of_a_large_corpus_all_that_was_shown_for_judging_queries_is_ranked_and_what_words_find() -> None:
    known = {f"d{n:02}": document(f"d{n:02}") for n in range(60)}
    known["d50"] = document("d50", "how to delete a thing")
    held_out = (query("delete a thing", "d00"),), (query("validated", "d01"),)
    shown = (
        Answer("Delete a thing", ("d10", "d00", "d11")),
        Answer("validated", ("d20", "d01")),
        Answer("of people", ("d30",)),
        Answer("of nobody here", ("d40", "d41")),
    )
    taken = replace(Snapshot("acme", "run-1", "base", START, (), known, {}), answers=shown)
    taken = replace(taken, judgments={"of people": {"d02": 1.0}})
    split = Split((), held_out[1], held_out[0], (), frozenset())
    config = TrainingConfig(evaluation=EvaluationRules(max_documents=16))
    asked = questions.build(taken, split, config, base_pieces())
    own = asked.corpus.own()
    wanted = {"d00", "d01", "d02", "d10", "d11", "d20", "d30", "d50"}
    assert wanted <= set(own.names)
    assert (len(own.names), own.left_out) == (16, 44)
    assert sum(own.stands_for) == 60
    whole = questions.build(taken, split, TrainingConfig(), base_pieces())
    assert (len(whole.corpus.own().names), whole.corpus.left_out) == (60, 0)


def test_tests_that_people_added_are_asked_of_the_documents_that_there_are() -> None:
    known = {f"d{n:02}": document(f"d{n:02}") for n in range(40)}
    known["m"] = replace(document("m"), searchable=False)
    tests = (
        AddedTest(behaviour="entity", query="Project Lighthouse", expected=("d37", "gone", "m"), within=3),
        AddedTest(behaviour="entity", query="nobody knows", expected=("gone",)),
    )
    taken = replace(Snapshot("acme", "run-1", "base", START, (), known, {}), tests=tests)
    split = Split((), (), (query("To delete a thing", "d00"),), (), frozenset())
    config = TrainingConfig(evaluation=EvaluationRules(max_documents=8))
    asked = questions.build(taken, split, config, base_pieces())
    added = [one for one in asked.tests if one.behaviour == "entity"]
    assert added == [model_tests.ModelTest("entity", "Project Lighthouse", frozenset({"d37"}), 3)]
    assert "Project Lighthouse" in asked.texts
    assert "d37" in asked.corpus.names, "who is tested for is ranked"
    assert Snapshot.__dataclass_fields__["tests"].default == (), "snapshots of runs under way have none"
