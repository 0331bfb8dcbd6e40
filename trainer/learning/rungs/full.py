"""Rung `full`: all weights learn from the examples by the contrastive loss."""

from trainer.learning.rungs import BaseRung, Fitting


class Rung(BaseRung):
    """Has no rules of its own."""

    def fit(self, fitting: Fitting) -> None:
        """Train all weights on the job's batches."""
        fitting.contrast()
