"""Labels of clicks see which model serves better, though people click on mistakes of what the base model showed."""

from collections.abc import Sequence

import numpy as np

from bench.recipe.scoring import Scoring
from bench.recipe.world import Asked, World
from schemas.fusion import Fusion
from trainer.judging.corpus import Vectors

COUNT = 60
NAMES = tuple(f"d{n}" for n in range(COUNT))
DENSE = Fusion(dense=0.95)


def a_world() -> World:
    """Return queries whose one document the base model shows fourth, behind three that meet no need."""
    asked = [
        Asked(
            text=f"q{n}", relevant=(NAMES[n],), clicked={NAMES[n - 1]: 1.0, NAMES[n]: 0.2}, group=n,
            shown=tuple(NAMES[(n + m) % COUNT] for m in (-1, -2, -3, 0, -4, -5, -6, -7)),
        )
        for n in range(COUNT)
    ]  # fmt: skip
    return World(
        names=NAMES, passages=NAMES, first=tuple(range(COUNT)), test=tuple(asked), validation=tuple(asked),
        guard=tuple(asked[:5]), lessons=(),
    )  # fmt: skip


class Model:
    """Serves the right document behind the one that is so many numbers away, or in the first place."""

    def __init__(self, first: int = 0) -> None:
        self._first = first

    def vectors(self, texts: Sequence[str], tokens: int) -> Vectors:
        return np.eye(COUNT, dtype=np.float32)[[NAMES.index(text) for text in texts]]

    def asked(self, texts: Sequence[str], tokens: int) -> Vectors:
        rows = np.eye(COUNT, dtype=np.float32)[[int(text[1:]) for text in texts]]
        found = np.roll(rows, self._first, axis=1) + 0.5 * rows
        unit: Vectors = found / np.linalg.norm(found, axis=1, keepdims=True)
        return unit


def test_corrected_labels_prefer_the_model_that_serves_better() -> None:
    scoring = Scoring(a_world())
    base, better = (scoring.judged(Model(first), DENSE) for first in (-1, 0))
    assert better["test"]["served"] > base["test"]["served"]
    assert better["validation"]["served_clicks"] > base["validation"]["served_clicks"] + 0.02


def test_a_document_that_nobody_was_shown_speaks_against_no_model() -> None:
    """By clicks as they are both would be worth the same: the right document is second."""
    scoring = Scoring(a_world())
    shown, unseen = (scoring.judged(Model(first), DENSE)["validation"]["served_clicks"] for first in (-1, 20))
    assert unseen > shown + 0.02


def test_the_weight_is_chosen_by_the_labels_and_without_any_it_is_even() -> None:
    assert Scoring(a_world()).judged(Model())["fusion"] > 0
    unseen = tuple(one.model_copy(update={"shown": ()}) for one in a_world().validation)
    nothing = a_world().model_copy(update={"validation": unseen})
    found = Scoring(nothing).judged(Model())
    assert found["fusion"] == 0.5
    assert found["validation"]["served_clicks"] == 0.0
