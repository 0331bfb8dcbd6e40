"""Gains, intervals, and which recipes are best: on lines of results that were written by hand."""

from dataclasses import asdict
from typing import Any

import pytest

from bench.recipe.recipes import LIBRARY, MOST, Recipe
from bench.recipe.summary import best, gathered, table

GROUPS = {"test": [1, 1, 2], "guard": [1, 2, 3]}


def line(recipe: Recipe | None, seed: int, wrong: float, served: list[int], validation: float = 0.5) -> dict[str, Any]:
    mean = sum(served) / len(served) / 1_000
    side = {"dense": mean, "served": mean, "served_clicks": mean, "each_dense": served, "each_served": served}
    found = {"key": f"{recipe} {seed} {wrong}", "learn_s": 2.0, "validation": {**side, "served": validation}}
    found |= {"test": side, "guard": side}
    return found | ({"recipe": asdict(recipe), "seed": seed, "wrong": wrong} if recipe else {})


UNTUNED = line(None, 0, 0.0, [500, 500, 500])


def test_a_gain_is_the_mean_over_seeds_with_an_interval_over_groups() -> None:
    lines = [UNTUNED, line(MOST, 1, 0.2, [600, 600, 600], 0.6), line(MOST, 2, 0.2, [800, 800, 800], 0.7)]
    (row,) = table(lines, GROUPS, None)
    assert (row["recipe"], row["wrong"], row["seeds"]) == (MOST.label(), 0.2, 2)
    assert row["test_served"] == pytest.approx(0.2)
    assert row["test_served_interval"] == [pytest.approx(0.2), pytest.approx(0.2)]
    assert row["validation_served"] == pytest.approx(0.15)


def test_whole_groups_are_drawn() -> None:
    groups = {"test": [1] * 10 + [2] * 10, "guard": [1] * 10 + [2] * 10}
    lines = [line(None, 0, 0.0, [500] * 20), line(MOST, 1, 0.2, [900] * 10 + [500] * 10)]
    (row,) = table(lines, groups, None)
    low, high = row["test_served_interval"]
    assert low <= 0.0
    assert high >= 0.4, "all ten queries of a group, or none of them"


def test_recipes_are_held_against_another_with_the_same_lessons() -> None:
    lines = [
        UNTUNED,
        line(MOST, 1, 0.2, [900] * 3),
        line(MOST, 1, 0.4, [900] * 3),
        line(LIBRARY, 1, 0.4, [700] * 3),
    ]
    rows = {row["recipe"]: row for row in table(lines, GROUPS, LIBRARY)}
    assert {row["wrong"] for row in rows.values()} == {0.4}
    assert rows[MOST.label()]["test_served"] == pytest.approx(0.2)


def test_the_best_hold_with_every_share_of_wrong_lessons() -> None:
    brittle, partial, top = Recipe(rate=1.0), Recipe(rate=2.0), Recipe("top", rate=3.0)
    lines = [UNTUNED]
    for recipe, at_20, at_40 in ((MOST, 0.7, 0.7), (LIBRARY, 0.6, 0.6), (brittle, 0.9, 0.4), (top, 0.1, 0.1)):
        lines += [line(recipe, 1, 0.2, [0] * 3, at_20), line(recipe, 1, 0.4, [0] * 3, at_40)]
    lines.append(line(partial, 1, 0.2, [0] * 3, 0.99))
    assert best(lines, 2) == [MOST, brittle, top]


def test_failed_and_repeated_tries_do_not_count() -> None:
    failed = {**line(MOST, 2, 0.2, [0] * 3), "error": "out of memory"}
    found = gathered([UNTUNED, line(MOST, 1, 0.2, [1] * 3), line(MOST, 1, 0.2, [2] * 3), failed])
    assert [one["test"]["each_served"] for one in found[MOST, 0.2]] == [[1] * 3]
