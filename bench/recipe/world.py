"""A labelled world: passages, lessons from clicks of which some are wrong, and queries that nobody clicked. Data alone.

It is one JSON file, so that it can be made on one machine and learned on another.
"""

from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from trainer.judging.corpus import Corpus


class Lesson(BaseModel):
    """A clicked query, the document that was opened, and what batching must know of both.

    `right` says whether the document meets the need; learning does not see it. `never` are documents that may be no
    negatives of this query, `near` its hard negatives, hardest first.
    """

    model_config = ConfigDict(frozen=True)
    anchor: str
    document: str
    text: str
    weight: float
    right: bool
    never: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


class Asked(BaseModel):
    """A query that judges: its true documents, those that clicks would name with their grades, and its group.

    `shown` is what the base model serves, best first.
    """

    model_config = ConfigDict(frozen=True)
    text: str
    relevant: tuple[str, ...]
    clicked: dict[str, float]
    group: int
    shown: tuple[str, ...] = ()


class Lessons(BaseModel):
    """What one simulation teaches: `wrong` (0 to 1) is the share of lessons whose document meets no need."""

    model_config = ConfigDict(frozen=True)
    seed: int
    wrong: float
    rows: tuple[Lesson, ...]


class World(BaseModel):
    """Everything that a recipe is measured by.

    `first[n]` is the number of the first passage of document n in `passages`. `test` and `validation` ask for documents
    that no lesson shows; `guard` asks for services of which there is no click at all.
    """

    model_config = ConfigDict(frozen=True)
    names: tuple[str, ...]
    passages: tuple[str, ...]
    first: tuple[int, ...]
    test: tuple[Asked, ...]
    validation: tuple[Asked, ...]
    guard: tuple[Asked, ...]
    lessons: tuple[Lessons, ...]

    def corpus(self) -> Corpus:
        """Return the documents as they are judged; all have the same authority."""
        return Corpus(self.names, self.passages, np.array(self.first, dtype=np.int64), (0.0,) * len(self.names))

    def teachable(self) -> dict[str, str]:
        """Return the first passage of every document that no judging query seeks: only these may be negatives."""
        judging = (*self.test, *self.validation, *self.guard)
        sought = {name for one in judging for name in one.relevant}
        both = zip(self.names, self.first, strict=True)
        return {name: self.passages[n] for name, n in both if name not in sought}

    def taught(self, seed: int, wrong: float) -> Lessons:
        """Return the lessons of one simulation. Raises `KeyError` when the world has none."""
        for lessons in self.lessons:
            if (lessons.seed, lessons.wrong) == (seed, wrong):
                return lessons
        raise KeyError(f"no lessons of seed {seed} with {wrong:.0%} wrong")


def save(world: World, path: Path) -> None:
    """Write the world."""
    path.write_text(world.model_dump_json())


def load(path: Path) -> World:
    """Read a world that `save` wrote."""
    return World.model_validate_json(path.read_bytes())
