"""How well a tuned model finds: vectors alone and as served, by true labels and by those that clicks give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bench.recipe.world import Asked, World
from retrieval import metrics
from retrieval.bm25 import Bm25
from retrieval.config import EncoderConfig
from schemas.fusion import Fusion
from trainer.judging import weights
from trainer.judging.corpus import Vectors, by_best_passage
from trainer.judging.served import WANTED, ServedRanking

_READ = EncoderConfig().max_tokens

_LEAST = 20
Gains = npt.NDArray[np.float64]


class Model(Protocol):
    """A model that is judged; `tokens` is how much of a text it reads. Vectors are unit rows."""

    def vectors(self, texts: Sequence[str], tokens: int) -> Vectors:
        """Return the vectors of passages."""
        ...

    def asked(self, texts: Sequence[str], tokens: int) -> Vectors:
        """Return the vectors of queries."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """nDCG@10 of every query of one side, in the order of the world."""

    dense: Gains
    served: Gains
    served_clicks: Gains
    """By the labels of clicks; queries that nobody would have clicked at are left out."""


class Scoring:
    """Judges models on one world; the index of words is made once."""

    def __init__(self, world: World) -> None:
        self._world, self._corpus = world, world.corpus()
        self._served = ServedRanking(self._corpus, Bm25(world.passages))

    def judged(self, tuned: Model, fusion: Fusion | None = None) -> dict[str, Any]:
        """Return the weight, means and per-query gains of `validation`, `test` and `guard`.

        The weight is chosen on the validation queries unless it is given.
        """
        began, world = perf_counter(), self._world
        passages = tuned.vectors(world.passages, _READ)
        embedded = perf_counter() - began
        sides = {"validation": world.validation, "test": world.test, "guard": world.guard}
        asked = {name: tuned.asked([one.text for one in side], _READ) for name, side in sides.items()}
        fusion = fusion or self._chosen(passages, asked["validation"])
        found: dict[str, Any] = {"fusion": fusion.dense, "embed_s": round(embedded, 2)}
        for name, side in sides.items():
            found[name] = self._side(passages, asked[name], side, fusion)
        return found | {"judge_s": round(perf_counter() - began, 2)}

    def _chosen(self, passages: Vectors, asked: Vectors) -> Fusion:
        """Choose the fusion as a training run does, by what clicks say of the validation queries."""
        queries = [n for n, one in enumerate(self._world.validation) if one.clicked]
        side = [self._world.validation[n] for n in queries]
        ranked = self._served.rank(passages, asked[queries], [one.text for one in side], weights.GRID)
        labels = [one.clicked for one in side]
        return weights.chosen({f: gains(r, labels) for f, r in zip(weights.GRID, ranked, strict=True)}, _LEAST)

    def _side(self, passages: Vectors, asked: Vectors, side: Sequence[Asked], fusion: Fusion) -> dict[str, Any]:
        true = [dict.fromkeys(one.relevant, 1.0) for one in side]
        dense = gains(by_best_passage(asked @ passages.T, self._corpus, WANTED), true)
        ranked = self._served.rank(passages, asked, [one.text for one in side], [fusion])[0]
        served = gains(ranked, true)
        clicked = [n for n, one in enumerate(side) if one.clicked]
        by_clicks = gains([ranked[n] for n in clicked], [side[n].clicked for n in clicked])
        return {
            "dense": round(float(dense.mean()), 5),
            "served": round(float(served.mean()), 5),
            "served_clicks": round(float(by_clicks.mean()), 5),
            "each_dense": _thousandths(dense),
            "each_served": _thousandths(served),
        }


def gains(rankings: Sequence[Sequence[str]], relevant: Sequence[Mapping[str, float]]) -> Gains:
    """Return nDCG@10 of every ranking."""
    pairs = zip(rankings, relevant, strict=True)
    return np.array([metrics.ndcg(ranked, grades, WANTED) for ranked, grades in pairs], dtype=np.float64)


def _thousandths(values: Gains) -> list[int]:
    return [int(value) for value in np.rint(1000 * values)]
