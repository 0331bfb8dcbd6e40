"""The level of each look: what twelve of them may spend, and what a gain hands on."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.learning import Comparison, ModelRefused, ModelTrained
from tests.trainer.build import START
from trainer.judging.looks import LookRules, Taken, next_look, taken

RULES = LookRules()


def at(n: int) -> datetime:
    return START + timedelta(days=30 * n)


def levels(gains: list[bool]) -> list[float]:
    """Return the levels of looks that follow one another; `gains` says which find a gain."""
    before: list[Taken] = []
    for n, found in enumerate(gains):
        before.append(Taken(at(n), next_look(before, RULES).level, found))
    return [look.level for look in before]


def test_the_first_look_costs_nothing() -> None:
    assert next_look((), RULES).level == pytest.approx(0.025)
    assert next_look((), RULES).number == 1


@given(st.lists(st.booleans(), min_size=24, max_size=24))
def test_any_twelve_looks_in_a_row_spend_no_more_than_is_permitted(gains: list[bool]) -> None:
    """What a true gain hands on was not spent: until the first false one, levels of looks without a gain are all."""
    found = levels(gains)
    for start in range(13):
        spent = sum(level for n, level in enumerate(found[start : start + 12], start) if not gains[n])
        assert spent <= RULES.false_win + 1e-12
    assert max(found) <= RULES.first + 1e-12


def test_a_look_without_a_gain_is_paid_for_by_the_next_ones() -> None:
    found = levels([False] * 30)
    assert found[1:] == pytest.approx([0.025 / 12] * 29)
    assert sum(found[:12]) <= 0.05


def test_a_look_that_found_a_gain_hands_its_level_on() -> None:
    assert levels([True, True, False, False]) == pytest.approx([0.025, 0.025, 0.025, 0.025 / 12])


def test_what_was_spent_is_told_over_twelve_looks() -> None:
    before = [Taken(at(n), level, found_gain=False) for n, level in enumerate(levels([False] * 11))]
    assert next_look(before, RULES).spent == pytest.approx(0.025 + 11 * 0.025 / 12)
    won = [Taken(at(0), 0.025, found_gain=True)]
    assert next_look(won, RULES).spent == pytest.approx(next_look(won, RULES).level)


def comparison(low: float, level: float | None) -> Comparison:
    return Comparison(
        queries=100, ndcg_candidate=0.6, ndcg_live=0.5, ndcg_base=0.5, ndcg_bm25=0.4, difference=0.1, low=low, high=0.2,
        level=level,
    )  # fmt: skip


def refused(n: int, seen: Comparison | None) -> ModelRefused:
    return ModelRefused(
        event_id=f"e{n}", tenant="acme", occurred_at=at(n), run=f"run-{n}", verdict="LOSS", reasons=("r",),
        comparison=seen,
    )  # fmt: skip


def test_every_end_that_compared_is_a_look_and_a_run_without_an_end_may_have_been_one() -> None:
    won = ModelTrained(
        event_id="w", tenant="acme", occurred_at=at(2), run="run-2", model="m", parent="base", snapshot="s",
        comparison=comparison(0.01, 0.002),
    )  # fmt: skip
    ends: list[ModelTrained | ModelRefused] = [won, refused(1, comparison(-0.01, None)), refused(0, None)]
    assert taken(ends, [], RULES) == [Taken(at(1), RULES.first, found_gain=False), Taken(at(2), 0.002, found_gain=True)]
    assert next_look(taken(ends, [], RULES), RULES).level == pytest.approx(0.002 + 0.025 / 12)
    killed = taken(ends, [at(3)], RULES)
    assert next_look(killed, RULES).number == 4
    assert next_look(killed, RULES).level == pytest.approx(0.025 / 12), "a gain before it is handed on to it"


def test_levels_follow_the_rules() -> None:
    strict = LookRules(confidence=0.99, false_win=0.02, looks=6)
    assert next_look((), strict).level == pytest.approx(0.005)
    assert next_look((), strict).next_level == pytest.approx(0.015 / 6)
    assert LookRules(confidence=0.92, false_win=0.05).first == pytest.approx(0.04)
