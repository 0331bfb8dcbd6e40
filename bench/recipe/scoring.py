"""How well a tuned model finds: vectors alone and as served, by true labels and by those that clicks give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from time import perf_counter
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bench.recipe.clicked import clicked
from bench.recipe.world import World
from demo.clicks import ClickModel
from retrieval import metrics
from retrieval.bm25 import Bm25
from retrieval.config import EncoderConfig
from schemas.fusion import Fusion
from trainer.judging import weights
from trainer.judging.corpus import Vectors, by_best_passage
from trainer.judging.exposure import seen_scores
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
    """By clicks, corrected for what was shown; without the queries that nobody clicked after."""


class Scoring:
    """Judges models on one world; the index of words is made once."""

    def __init__(self, world: World) -> None:
        self._world, self._corpus = world, world.corpus()
        self._served = ServedRanking(self._corpus, Bm25(world.passages))
        self._sides = {"validation": world.validation, "test": world.test, "guard": world.guard}
        self._clicked = {
            name: clicked(side, [one.shown for one in side], Random(f"labels:{name}"), ClickModel().other, as_are=False)
            for name, side in self._sides.items()
        }

    def judged(self, tuned: Model, fusion: Fusion | None = None) -> dict[str, Any]:
        """Return the weight, means and per-query gains of `validation`, `test` and `guard`.

        The weight is chosen on the validation queries unless it is given.
        """
        began, world = perf_counter(), self._world
        passages = tuned.vectors(world.passages, _READ)
        embedded = perf_counter() - began
        asked = {name: tuned.asked([one.text for one in side], _READ) for name, side in self._sides.items()}
        fusion = fusion or self._chosen(passages, asked["validation"])
        found: dict[str, Any] = {"fusion": fusion.dense, "embed_s": round(embedded, 2)}
        for name in self._sides:
            found[name] = self._side(passages, asked[name], name, fusion)
        return found | {"judge_s": round(perf_counter() - began, 2)}

    def _chosen(self, passages: Vectors, asked: Vectors) -> Fusion:
        """Choose the fusion as a training run does, by what clicks say of the validation queries."""
        known = self._clicked["validation"]
        texts = [query.text for query in known.queries]
        ranked = self._served.rank(passages, asked[list(known.numbers)], texts, weights.GRID)
        scores = {f: seen_scores(r, known.queries, known.labels) for f, r in zip(weights.GRID, ranked, strict=True)}
        return weights.chosen(scores, _LEAST)

    def _side(self, passages: Vectors, asked: Vectors, name: str, fusion: Fusion) -> dict[str, Any]:
        side, known = self._sides[name], self._clicked[name]
        true = [dict.fromkeys(one.relevant, 1.0) for one in side]
        dense = gains(by_best_passage(asked @ passages.T, self._corpus, WANTED), true)
        ranked = self._served.rank(passages, asked, [one.text for one in side], [fusion])[0]
        served = gains(ranked, true)
        by_clicks = seen_scores([ranked[n] for n in known.numbers], known.queries, known.labels)
        return {
            "dense": round(float(dense.mean()), 5),
            "served": round(float(served.mean()), 5),
            "served_clicks": round(float(by_clicks.mean()), 5) if len(by_clicks) else 0.0,
            "each_dense": _thousandths(dense),
            "each_served": _thousandths(served),
        }


def gains(rankings: Sequence[Sequence[str]], relevant: Sequence[Mapping[str, float]]) -> Gains:
    """Return nDCG@10 of every ranking."""
    pairs = zip(rankings, relevant, strict=True)
    return np.array([metrics.ndcg(ranked, grades, WANTED) for ranked, grades in pairs], dtype=np.float64)


def _thousandths(values: Gains) -> list[int]:
    return [int(value) for value in np.rint(1000 * values)]
