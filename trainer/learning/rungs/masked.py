"""Rung `masked`: the model first guesses blanked words of the tenant's own texts, then learns as rung `full` does.

It pays where much text meets few clicks, and took 2.5 times as long as `full` on two CPU cores (docs/RECIPE.md).
"""

from math import ceil
from typing import ClassVar

from pydantic import Field

from trainer.learning.rungs import BaseRung, Fitting


class Rung(BaseRung):
    """How long words are guessed, and how many."""

    reads_corpus: ClassVar[bool] = True

    steps: int = Field(default=200, gt=0, description="steps on the tenant's texts before the contrastive stage")
    passes: int = Field(default=10, gt=0, description="times that a text is read at most: few texts take fewer steps")
    share: float = Field(default=0.15, gt=0, lt=1, description="share of the words blanked, as BERT was trained")

    def fit(self, fitting: Fitting) -> None:
        """Continue pre-training, unless a resumed run has that behind it, then train on the job's batches."""
        from trainer.learning.masked_language import continue_pretraining

        if not fitting.resumed:
            job = fitting.job
            steps = min(self.steps, ceil(self.passes * len(job.texts) / job.rules.batch_size))
            continue_pretraining(fitting.model, job, steps, self.share, fitting.cancelled)
        fitting.contrast()
