"""A small job for the fitting process, and how well a model solves it."""

from pathlib import Path
from typing import Any

import numpy as np
from sentence_transformers import SentenceTransformer

from trainer.learning.job import FitJob, FitRow, FitRules, Validation

NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight")
COLOURS = ("red", "green", "blue", "black", "white", "pink", "brown", "grey")


def job_for(directory: Path, parent: Path, steps: int = 16, **rules: Any) -> FitJob:  # noqa: ANN401  # FitRules' fields
    """Words that mean nothing to each other yet: 'one' must find 'red thing'."""
    pairs = zip(NUMBERS, COLOURS, strict=True)
    rows = tuple(FitRow(anchor=number, positive=f"{colour} thing", negative="", weight=1.0) for number, colour in pairs)
    everyone = tuple(range(len(rows)))
    return FitJob(
        parent=parent,
        output=directory / "candidate",
        rules=FitRules(batch_size=8, learning_rate=5e-3, threads=1, checkpoints=1, seed=1, **rules),
        rows=rows,
        batches=((everyone,) * steps,),
        validation=Validation(
            queries=tuple(row.anchor for row in rows),
            relevant=tuple((n,) for n in everyone),
            texts=tuple(row.positive for row in rows),
        ),
        texts=tuple(f"{c} thing that stands here" for c in COLOURS),
    )


def found(model: Path, job: FitJob) -> float:
    """Return the share of anchors whose nearest positive is their own."""
    encoder = SentenceTransformer(str(model), device="cpu")
    asked = encoder.encode([row.anchor for row in job.rows], normalize_embeddings=True)
    texts = encoder.encode([row.positive for row in job.rows], normalize_embeddings=True)
    return float(np.mean(np.argmax(asked @ texts.T, axis=1) == np.arange(len(job.rows))))
