"""What a rung gains on the validation queries, as it would be served, over live as it serves. Pure."""

import numpy as np
import numpy.typing as npt

from schemas.fusion import Fusion
from trainer.judging import evaluate, exposure
from trainer.judging.bootstrap import Interval, drawn
from trainer.judging.corpus import Vectors
from trainer.judging.exposure import Labels
from trainer.judging.questions import Questions
from trainer.judging.served import ServedRanking

_DRAWS, _SEED, _LEVEL = 2_000, 20_260_101, 0.025
"""Of the interval that is shown: 95 %."""

Array = npt.NDArray[np.float64]


class Validation:
    """The validation queries of a run, answered by live as it serves; rungs are compared with that.

    Models' vectors are of the texts of `questions`, in their order; rows beyond are not looked at.
    """

    def __init__(self, questions: Questions, live: Vectors, today: Fusion, least: int) -> None:
        """Rank by live's vectors and weights; `least` is how many queries choose weights."""
        self._questions, self._least = questions, least
        self._served = evaluate.served_of(questions)
        self._known = questions.validation_labels or Labels((None,) * len(questions.validation))
        self._groups = [query.group for query in questions.validation]
        self._live = self.scores(live, today)

    @property
    def of_live(self) -> float:
        """Return the mean nDCG@10 of live as it serves."""
        return float(self._live.mean())

    def gained(self, vectors: Vectors, cut: Questions | None = None) -> Interval:
        """Return what a model gains, with the weights that suit it best.

        `cut` are the same questions of passages as its index would have them, where it cuts documents in another way.
        """
        asked, served = (cut, evaluate.served_of(cut)) if cut else (self._questions, self._served)
        found = evaluate.choice(served, asked.validation, asked.rows(vectors), self._least, self._known)
        change = self._scores(asked, served, vectors, found.fusion) - self._live
        return drawn(change, self._groups, _DRAWS, _SEED).interval(_LEVEL)

    def scores(self, vectors: Vectors, fusion: Fusion) -> Array:
        """Return the score of every validation query, as a model would be served with these weights."""
        return self._scores(self._questions, self._served, vectors, fusion)

    def _scores(self, asked: Questions, served: ServedRanking, vectors: Vectors, fusion: Fusion) -> Array:
        rows, texts = asked.rows(vectors), [query.text for query in asked.validation]
        (ranked,) = served.rank(rows.passages, rows.validation, texts, [fusion])
        return exposure.seen_scores(ranked, asked.validation, self._known)
