"""A sweep on a tiny model and world: every rung learns, a cut sweep goes on, judging sees what was learned."""

import time
from pathlib import Path

import pytest

from bench.recipe import sweeping, world
from bench.recipe.command import reported
from bench.recipe.recipes import CHOSEN, Recipe, Try
from bench.recipe.world import Asked, Lesson, Lessons, World
from tests.trainer.learning.fitting import COLOURS, NUMBERS

NAMES = tuple(f"s:{colour}" for colour in COLOURS)


def tiny_world() -> World:
    lessons = [
        Lesson(anchor=number, document=name, text=f"{colour} thing", weight=1.0, right=True, near=NAMES[-1:])
        for number, colour, name in zip(NUMBERS[:6], COLOURS, NAMES, strict=False)
    ]
    asked = [
        Asked(text=number, relevant=(name,), clicked={name: 1.0}, group=n)
        for n, (number, name) in enumerate(zip(NUMBERS[:6], NAMES, strict=False))
    ]
    return World(
        names=NAMES,
        passages=tuple(f"{colour} thing" for colour in COLOURS),
        first=tuple(range(len(NAMES))),
        test=tuple(asked),
        validation=tuple(asked[:3]),
        guard=tuple(asked[3:5]),
        lessons=(Lessons(seed=1, wrong=0.2, rows=tuple(lessons)),),
    )


def test_negatives_are_never_what_a_judging_query_seeks() -> None:
    assert set(tiny_world().teachable()) == {"s:brown", "s:grey"}


def test_lessons_are_those_of_the_simulation() -> None:
    assert tiny_world().taught(1, 0.2).seed == 1
    with pytest.raises(KeyError, match="no lessons of seed 2"):
        tiny_world().taught(2, 0.2)


@pytest.mark.thorough
def test_a_sweep_learns_by_every_rung_and_goes_on_where_it_was(tmp_path: Path, tiny_model: Path) -> None:
    path, out = tmp_path / "world.json", tmp_path / "results.jsonl"
    world.save(tiny_world(), path)
    full = Try(Recipe(rate=5e-3, batch=6, epochs=12, extra=0.0), 1, 0.2)
    wanted = [None, full, Try(Recipe("lora", batch=6), 1, 0.2), Try(Recipe("top", batch=6), 1, 0.2)]
    sweeping.sweep(path, tiny_model, out, wanted[:2], 1, time.monotonic() + 600)
    with out.open("a") as file:
        file.write('{"key": "cut in the mid')
    sweeping.sweep(path, tiny_model, out, wanted, 1, time.monotonic() + 600)
    lines = {line["key"]: line for line in sweeping.done(out)}
    assert [line.get("error") for line in lines.values()] == [None] * 4
    assert list(lines) == ["untuned", *(one.key() for one in wanted if one)]
    before, after = (lines[key]["test"]["dense"] for key in list(lines)[:2])
    assert after > before + 0.1, "it learned"
    assert reported(list(lines.values()), tiny_world())["queries"] == {"validation": 3, "test": 6, "guard": 2}


def test_nothing_begins_after_the_end(tmp_path: Path, tiny_model: Path) -> None:
    path, out = tmp_path / "world.json", tmp_path / "results.jsonl"
    world.save(tiny_world(), path)
    sweeping.sweep(path, tiny_model, out, [None, Try(CHOSEN, 1, 0.2)], 1, time.monotonic() - 1)
    assert sweeping.done(out) == []


def test_a_recipe_that_cannot_be_run_costs_no_other(tmp_path: Path, tiny_model: Path) -> None:
    path, out = tmp_path / "world.json", tmp_path / "results.jsonl"
    world.save(tiny_world(), path)
    sweeping.sweep(path, tiny_model, out, [Try(CHOSEN, 9, 0.2), None], 1, time.monotonic() + 600)
    failed, whole = sweeping.done(out)
    assert "no lessons of seed 9" in failed["error"]
    assert whole["key"] == "untuned"
