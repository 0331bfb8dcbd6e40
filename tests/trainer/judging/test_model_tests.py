import pytest

from tests.trainer.build import START, document
from trainer.data.split import Query
from trainer.judging import model_tests
from trainer.judging.model_tests import ACRONYM, KEY_DOCUMENT, PARAPHRASE, ModelTest, Tally
from trainer.learning import general


def query(text: str, name: str = "d1") -> Query:
    return Query(text, {name: 1.0}, 0, False, 1, START)


def test_a_paraphrase_asks_the_same_in_other_words() -> None:
    (test,) = model_tests.build([query("To delete a bucket")], {}, 10)
    assert (test.behaviour, test.query, test.expected) == (PARAPHRASE, "how do i remove a bucket", frozenset({"d1"}))
    (keywords,) = model_tests.build([query("What is the limit of parking tickets")], {}, 10)
    assert keywords.query == "limit parking tickets"


def test_acronyms_come_from_where_the_tenant_spells_them_out() -> None:
    known = {
        "d1": document("d1", "Amazon Virtual Private Cloud (Amazon VPC) is a network."),
        "d2": document("d2", "Attach it to the VPC first."),
        **{f"x{n}": document(f"x{n}", "Shouting OK is no acronym (OK).") for n in range(9)},
    }
    (test,) = [t for t in model_tests.build([], known, 10) if t.behaviour == ACRONYM]
    assert (test.query, test.expected) == ("VPC", frozenset({"d1", "d2"}))


def test_key_documents_are_those_that_people_open_most() -> None:
    known = {f"d{n}": document(f"d{n}", opened=n) for n in range(5)}
    found = [t for t in model_tests.build([], known, 2) if t.behaviour == KEY_DOCUMENT]
    assert [t.expected for t in found] == [{"d4"}, {"d3"}]


def test_tests_pass_within_their_rank_and_are_tallied() -> None:
    tests = [ModelTest("b", "q1", frozenset({"x"}), 2), ModelTest("b", "q2", frozenset({"y"}), 1)]
    live = model_tests.passed(tests, [["a", "x"], ["y"]])
    candidate = model_tests.passed(tests, [["a", "b", "x"], ["y"]])
    assert (live, candidate) == ([True, True], [False, True])
    assert model_tests.tally(tests, live, candidate) == {"b": Tally(2, 2, 1, 2, 1, 0)}


def test_tests_of_one_group_turn_once_and_by_their_balance() -> None:
    groups = [None, 7, 7, 7, 8, 8, None]
    tests = [ModelTest("b", f"q{n}", frozenset({"x"}), 1, group) for n, group in enumerate(groups)]
    live = [True, True, True, False, True, False, False]
    candidate = [False, False, False, True, False, True, True]
    assert model_tests.tally(tests, live, candidate) == {"b": Tally(7, 4, 3, 4, 2, 1)}
    other = [ModelTest("c", "q", frozenset({"x"}), 1, 7)]
    assert model_tests.tally([*tests, *other], [*live, True], [*candidate, True])["c"] == Tally(1, 1, 1, 1, 0, 0)


def test_a_paraphrase_belongs_to_its_querys_group() -> None:
    (test,) = model_tests.build([Query("To delete a bucket", {"d1": 1.0}, 42, False, 1, START)], {}, 10)
    assert test.group == 42


def test_only_what_turned_tells_of_a_loss() -> None:
    """Counted by hand: of ten that turned nine or ten lost has 11 of 1,024 ways."""
    assert Tally(99, 50, 42, 99, 9, 1).chance_of_no_loss() == pytest.approx(11 / 1024)
    assert Tally(20, 20, 0, 20, 20, 0).chance_of_no_loss() == pytest.approx(2**-20)
    assert Tally(20, 20, 20, 20, 0, 0).chance_of_no_loss() == 1.0


def test_general_examples_that_judge_do_not_teach() -> None:
    taught, judged = general.replayed(), general.guarded()
    assert {pair.anchor for pair in taught}.isdisjoint(pair.anchor for pair in judged)
    assert len(judged) >= 20, "fewer would never block"
    assert all(model_tests.is_general(model_tests.general_id(pair)) for pair in judged)
