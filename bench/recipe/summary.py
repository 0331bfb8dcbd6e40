"""What a sweep found: for every recipe the gains over the untuned model, with intervals. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np

from bench.recipe.recipes import Recipe
from trainer.judging.bootstrap import Array
from trainer.judging.gate import GateRules, interval

Line = Mapping[str, Any]


def recipe_of(line: Line) -> Recipe:
    """Return the recipe of a line of results."""
    return Recipe(**line["recipe"])


def gathered(lines: Sequence[Line]) -> dict[tuple[Recipe, float], list[Line]]:
    """Return the lines of every recipe and share of wrong lessons, one of each seed; failed tries are left out."""
    found: dict[tuple[Recipe, float], dict[int, Line]] = defaultdict(dict)
    for line in lines:
        if "recipe" in line and "error" not in line:
            found[recipe_of(line), line["wrong"]].setdefault(line["seed"], line)
    return {key: [by_seed[seed] for seed in sorted(by_seed)] for key, by_seed in found.items()}


def best(lines: Sequence[Line], count: int) -> list[Recipe]:
    """Return the recipes that served the validation queries best in the mean over seeds and shares of wrong lessons.

    Only recipes that were tried with all shares that any recipe was tried with count, and of rungs other than all
    weights the best one each comes after them.
    """
    means: dict[Recipe, dict[float, float]] = defaultdict(dict)
    for (recipe, wrong), of_seeds in gathered(lines).items():
        means[recipe][wrong] = fmean(line["validation"]["served"] for line in of_seeds)
    shares = {wrong for of in means.values() for wrong in of}
    whole = {recipe: fmean(of.values()) for recipe, of in means.items() if set(of) == shares}
    ordered = sorted(whole, key=lambda recipe: (-whole[recipe], recipe.label()))
    full = [recipe for recipe in ordered if recipe.rung == "full"]
    others = {recipe.rung: recipe for recipe in reversed(ordered) if recipe.rung != "full"}
    return full[:count] + [others[rung] for rung in sorted(others)]


def table(lines: Sequence[Line], groups: Mapping[str, Sequence[int]], against: Recipe | None) -> list[dict[str, Any]]:
    """Return a row for every recipe and share of wrong lessons, the best on the validation queries first.

    Gains are over `against` with the same lessons, or over the untuned model without one. `groups` has the groups of
    the queries of every side: intervals draw whole groups, of each query's mean over the seeds.
    """
    untuned = next(line for line in lines if "recipe" not in line)
    of = gathered(lines)
    rows = []
    for (recipe, wrong), of_seeds in of.items():
        before = of.get((against, wrong)) if against else [untuned]
        if before:
            rows.append({"recipe": recipe.label(), "wrong": wrong, **_row(of_seeds, before, groups)})
    return sorted(rows, key=lambda row: (row["wrong"], -row["validation_served"]))


def _row(after: Sequence[Line], before: Sequence[Line], groups: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    found: dict[str, Any] = {"seeds": len(after), "learn_s": round(fmean(line["learn_s"] for line in after), 1)}
    found["validation_served"] = _gain(after, before, "validation", "served")
    for side in ("test", "guard"):
        for kind in ("dense", "served"):
            change = _each(after, side, kind) - _each(before, side, kind)
            over = interval(change, groups[side], GateRules())
            found[f"{side}_{kind}"] = round(over.mean, 4)
            found[f"{side}_{kind}_interval"] = [round(over.low, 4), round(over.high, 4)]
    return found | {"test_served_clicks": _gain(after, before, "test", "served_clicks")}


def _each(lines: Sequence[Line], side: str, kind: str) -> Array:
    """Return the mean over the seeds of every query's gain."""
    each: Array = np.asarray([line[side][f"each_{kind}"] for line in lines], dtype=np.float64).mean(axis=0) / 1_000
    return each


def _gain(after: Sequence[Line], before: Sequence[Line], side: str, kind: str) -> float:
    return round(fmean(line[side][kind] for line in after) - fmean(line[side][kind] for line in before), 4)
