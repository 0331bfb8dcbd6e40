"""Which recipes a sweep tries, and how they are named."""

from dataclasses import replace

from bench.recipe.recipes import CHOSEN, LIBRARY, MOST, Recipe, close_look, grid, tries
from trainer.learning.job import FitRules


def test_what_is_used_is_a_training_run_s_own_recipe() -> None:
    rules = FitRules()
    assert (CHOSEN.rate, CHOSEN.scale, CHOSEN.epochs) == (rules.learning_rate, rules.scale, rules.epochs)
    assert (CHOSEN.batch, CHOSEN.extra) == (rules.batch_size, rules.extra_share)


def test_names_tell_recipes_from_each_other() -> None:
    every = [one.recipe for one in (*grid((1,), 0.2), *close_look([MOST, LIBRARY], (1,), (0.0, 0.2, 0.4)))]
    assert len({recipe.label() for recipe in every}) == len(set(every))
    assert "near=False" in replace(CHOSEN, near=False).label()
    assert "near" not in CHOSEN.label()


def test_every_try_comes_once() -> None:
    found = tries([MOST, LIBRARY, MOST], (1, 2), 0.2)
    assert [(one.recipe, one.seed) for one in found] == [(MOST, 1), (MOST, 2), (LIBRARY, 1), (LIBRARY, 2)]
    assert len({one.key() for one in found}) == 4


def test_the_broad_look_has_what_the_sweep_must_cover() -> None:
    full = {
        (r.rate, r.scale, r.epochs) for one in grid((1,), 0.2) if (r := one.recipe).rung == "full" and r.batch == 64
    }
    assert full == {(a, b, c) for a in (2e-5, 5e-5, 1e-4, 2e-4) for b in (10.0, 15.0, 20.0) for c in (1, 2, 3)}
    assert {one.recipe.rung for one in grid((1,), 0.2)} == {"full", "top", "lora", "map"}


def test_the_best_are_tried_with_every_share_of_wrong_lessons_and_held_against_the_library() -> None:
    other = Recipe(rate=3e-5)
    found = close_look([other], (1,), (0.0, 0.2, 0.4))
    for wrong in (0.0, 0.2, 0.4):
        assert {other, CHOSEN, LIBRARY} <= {one.recipe for one in found if one.wrong == wrong}
    assert {replace(other, dropout=0.1)} <= {one.recipe for one in found if one.wrong == 0.4}
