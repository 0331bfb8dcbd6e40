"""What is tried: one recipe is every choice of a fine-tune; a sweep is a list of them, the most telling first. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from typing import Literal

from trainer.learning.job import FitRules

Rung = Literal["full", "top", "lora", "map"]

_RULES = FitRules()


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to learn. The defaults are a training run's own.

    `rung`: all weights; the last `layers` layers alone; low-rank additions of rank `rank` to all layers; a linear map
    of the query's vector. `near`: batches grow by mined hard negatives. `extra`: share of rows that bring a negative of
    their own. `weighted`: a lesson counts by its clicks. `tokens`: word pieces of a text in training. `both`: documents
    rank queries, too.
    """

    rung: Rung = "full"
    rate: float = _RULES.learning_rate
    scale: float = _RULES.scale
    epochs: int = _RULES.epochs
    batch: int = _RULES.batch_size
    near: bool = True
    extra: float = _RULES.extra_share
    weighted: bool = True
    tokens: int = _RULES.max_tokens
    dropout: float = _RULES.dropout
    warmup: float = _RULES.warmup
    both: bool = False
    layers: int = 6
    rank: int = 8

    def label(self) -> str:
        """Return the recipe in a few words: its main choices, and others where they are not the usual ones."""
        main = " ".join(f"{name}={getattr(self, name):g}" for name in _MAIN)
        rest = [f"{name}={v}" for name, v in asdict(self).items() if v != _USUAL.get(name, v)]
        return " ".join([self.rung, main, *rest])


_MAIN = ("rate", "scale", "epochs", "batch", "extra")
# fmt: off
_USUAL = {
    "near": True, "weighted": True, "tokens": 64, "dropout": 0.0, "warmup": 0.1, "both": False, "layers": 6, "rank": 8,
}
# fmt: on

LIBRARY = Recipe(rate=5e-5, scale=20.0, epochs=1, batch=32, extra=0.0)
"""The rate and the temperature that the library uses when nothing is said: what others are held against."""

CHOSEN = Recipe()
"""What a training run does."""

MOST = Recipe(rate=1e-4, scale=10.0, epochs=1, batch=32, extra=1.0)
"""What gained most of all that was tried."""


@dataclass(frozen=True, slots=True)
class Try:
    """A recipe on one simulation's lessons; the seed is also that of batches and weights."""

    recipe: Recipe
    seed: int
    wrong: float

    def key(self) -> str:
        """Return a name that two equal tries share."""
        return f"{self.recipe.label()} | seed={self.seed} wrong={self.wrong:g}"


def grid(seeds: Sequence[int], wrong: float) -> list[Try]:
    """Return the broad look: what is used now and what gained most, then full fine-tunes, then the cheaper rungs."""
    found = [CHOSEN, MOST, LIBRARY]
    for rate, scale, epochs in product((1e-4, 2e-4, 5e-5, 2e-5), (10.0, 15.0, 20.0), (2, 1, 3)):
        found.append(Recipe(rate=rate, scale=scale, epochs=epochs, batch=64, extra=0.0))
    for layers, rate, epochs in product((2, 3), (2e-4, 5e-4, 1e-4), (3, 1)):
        found.append(Recipe("top", rate, 10.0, epochs, 64, extra=0.0, layers=layers))
    for rate, epochs in product((1e-3, 3e-4), (3, 1)):
        found.append(Recipe("lora", rate, 10.0, epochs, 64, extra=0.0))
    for scale, passes in product((10.0, 20.0), (6, 10)):
        found.append(Recipe("map", 0.5, scale, passes, 64, extra=0.0))
    return tries(found, seeds, wrong)


def close_look(best: Sequence[Recipe], seeds: Sequence[int], wrong: Sequence[float]) -> list[Try]:
    """Return the best few with every share of wrong lessons, and the very best with one choice changed at a time."""
    found = [one for share in wrong for one in tries(dict.fromkeys((*best, CHOSEN, LIBRARY)), seeds, share)]
    changed = [replace(one, batch=batch) for one in best[:3] for batch in (16, 32, 128)]
    changed += [change for one in best[:1] for change in _changes(one)]
    return found + [one for share in sorted(wrong)[-2:] for one in tries(dict.fromkeys(changed), seeds, share)]


def _changes(best: Recipe) -> list[Recipe]:
    return [
        replace(best, near=False),
        replace(best, extra=1.0),
        replace(best, extra=0.3),
        replace(best, extra=0.0),
        replace(best, weighted=False),
        replace(best, tokens=128),
        replace(best, dropout=0.1),
        replace(best, both=True),
        replace(best, warmup=0.3),
        replace(best, scale=5.0),
        replace(best, scale=12.0),
        replace(best, rate=1.5 * best.rate),
        replace(best, epochs=5),
    ]


def tries(recipes: Iterable[Recipe], seeds: Iterable[int], wrong: float) -> list[Try]:
    """Return every recipe with every seed, recipe by recipe, each once."""
    return [Try(recipe, seed, wrong) for recipe, seed in product(dict.fromkeys(recipes), tuple(seeds))]
