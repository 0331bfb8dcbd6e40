"""Models between better and worse than the one that serves, and how each ranks: what verdicts are tried on."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from bench.output import say
from bench.recipe.recipes import LIBRARY, MOST, Recipe
from bench.recipe.tuning import Tuned, learn
from bench.recipe.world import Asked, World
from retrieval.bm25 import Bm25
from retrieval.config import EncoderConfig
from schemas.fusion import Fusion
from trainer.judging.corpus import Vectors
from trainer.judging.served import ServedRanking
from trainer.judging.weights import GRID

BASE = "base"
SIDES = ("validation", "test")
Model = Mapping[str, Vectors]
"""One model's unit vectors: of `passages`, and of the queries of each side."""

Ranked = Mapping[str, Mapping[Fusion, Sequence[Sequence[str]]]]
"""One model's rankings of documents: by side, by fusion, of each query."""

_MIXES = (0.25, 0.5, 1.0, -0.5)
"""How far from the base model to a tuned one; below zero it goes the other way."""

_NOISE = (0.3, 0.6, 1.0, 1.5)
"""How much of a random direction is added to each unit vector."""


def recipes(wrong: Sequence[float]) -> dict[str, tuple[Recipe, float]]:
    """Return what is learned, with the share of wrong lessons: a plain recipe, and the one that changes most."""
    found = {f"plain {share:.0%}": (LIBRARY, share) for share in wrong[:1]}
    return found | {f"strong {share:.0%}": (MOST, share) for share in wrong}


def learned(world: World, model: Path, wrong: Sequence[float], directory: Path) -> dict[str, Model]:
    """Return the vectors of the base model and of the tuned ones; what the directory has is not made again."""
    wanted = {BASE: None} | dict(recipes(wrong))
    tuned: Tuned | None = None
    for name, recipe in wanted.items():
        if _file(directory, name).is_file():
            continue
        tuned = tuned.reset() if tuned else Tuned(model)
        if recipe is not None:
            learn(tuned, world.taught(world.lessons[0].seed, recipe[1]).rows, world.teachable(), recipe[0], 1)
        np.savez(_file(directory, name), allow_pickle=False, **_vectors(tuned, world))
        say(f"{name}: learned and embedded")
    return {name: _read(_file(directory, name)) for name in wanted}


def candidates(models: Mapping[str, Model], noise: Sequence[float] = _NOISE) -> Iterator[tuple[str, Model]]:
    """Yield models by name: the learned ones, on the way to them, away from them, and with noise."""
    yield BASE, models[BASE]
    for name in sorted(models.keys() - {BASE}):
        for share in _MIXES:
            yield f"{name} at {share:g}", _mixed(models[BASE], models[name], share)
    for seed, size in enumerate(noise):
        yield f"noise {size:g}", _noisy(models[BASE], size, seed)


def rankings(world: World, named: Iterator[tuple[str, Model]]) -> dict[str, Ranked]:
    """Return how each model ranks the queries of both sides, with every fusion that a run tries."""
    served = ServedRanking(world.corpus(), Bm25(world.passages))
    found: dict[str, Ranked] = {}
    for name, model in named:
        found[name] = {side: _ranked(served, model, side, getattr(world, side)) for side in SIDES}
        say(f"{name}: ranked")
    return found


def _ranked(
    served: ServedRanking, model: Model, side: str, asked: Sequence[Asked]
) -> dict[Fusion, Sequence[Sequence[str]]]:
    found = served.rank(model["passages"], model[side], [one.text for one in asked], GRID)
    return dict(zip(GRID, found, strict=True))


def _vectors(tuned: Tuned, world: World) -> dict[str, Vectors]:
    tokens = EncoderConfig().max_tokens
    asked = {side: tuned.asked([one.text for one in getattr(world, side)], tokens) for side in SIDES}
    return {"passages": tuned.vectors(world.passages, tokens), **asked}


def _mixed(one: Model, other: Model, share: float) -> Model:
    return {name: _unit((1 - share) * one[name] + share * other[name]) for name in one}


def _noisy(model: Model, size: float, seed: int) -> Model:
    chance = np.random.default_rng(seed)
    return {
        name: _unit(vectors + size * chance.standard_normal(vectors.shape) / np.sqrt(vectors.shape[1]))
        for name, vectors in model.items()
    }


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def _file(directory: Path, name: str) -> Path:
    return directory / f"{name.replace(' ', '-').replace('%', '')}.npz"


def _read(path: Path) -> Model:
    with np.load(path) as found:
        return {name: np.asarray(found[name], dtype=np.float32) for name in found.files}
