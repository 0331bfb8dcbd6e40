from random import Random

from demo.phrasing import Phrasing, as_question, vary

HEADING = "To describe all of the instances with a specified type"
NEVER = Phrasing(bare=0, lower=0, terse=0, drop=0, typo=0)


def test_nothing_changes_when_nothing_may() -> None:
    assert vary(HEADING, Random(1), NEVER) == HEADING


def test_each_habit_does_what_it_says() -> None:
    assert vary(HEADING, Random(1), Phrasing(1, 0, 0, 0, 0)) == HEADING.removeprefix("To ")
    assert vary(HEADING, Random(1), Phrasing(0, 1, 0, 0, 0)) == HEADING.lower()
    assert vary(HEADING, Random(1), Phrasing(0, 0, 1, 0, 0)) == "To describe instances with type"
    assert len(vary(HEADING, Random(1), Phrasing(0, 0, 0, 1, 0)).split()) == len(HEADING.split()) - 1


def test_a_typo_swaps_two_neighbouring_letters_of_one_word() -> None:
    typed = vary(HEADING, Random(1), Phrasing(0, 0, 0, 0, 1)).split()
    changed = [(a, b) for a, b in zip(HEADING.split(), typed, strict=True) if a != b]
    assert len(changed) <= 1
    assert all(sorted(a) == sorted(b) for a, b in changed)
    assert any(vary(HEADING, Random(n), Phrasing(0, 0, 0, 0, 1)) != HEADING for n in range(10))


def test_a_query_is_never_empty() -> None:
    for seed in range(200):
        assert len(vary("To run", Random(seed), Phrasing(1, 1, 1, 1, 1)).split()) == 2
        assert vary("the all", Random(seed), Phrasing(1, 1, 1, 1, 1))


def test_one_need_is_phrased_in_several_ways() -> None:
    assert len({vary(HEADING, Random(seed), Phrasing()) for seed in range(100)}) > 10


def test_questions_keep_the_need() -> None:
    assert "describe all of the instances" in as_question(HEADING, Random(3))
    assert "Add a rule" in as_question("Add a rule", Random(3))
