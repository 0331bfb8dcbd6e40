"""The fitting process's job: everything that decides the outcome, in one file. No learning library here."""

import hashlib
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from trainer.learning import rungs
from trainer.learning.rungs import BaseRung


class FitRules(BaseModel):
    """How a run learns. The defaults suit all-MiniLM-L6-v2 on two CPU cores; docs/RECIPE.md says why they are these."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    epochs: int = Field(default=1, ge=1, description="passes over the examples; more learns the wrong clicks, too")
    batch_size: int = Field(default=32, ge=1, description="examples whose documents are each other's negatives")
    learning_rate: float = Field(default=1e-4, gt=0, description="peak of AdamW; the best of a sweep (docs/RECIPE.md)")
    warmup: float = Field(default=0.1, ge=0, le=1, description="share of the steps in which the learning rate rises")
    dropout: float = Field(
        default=0.0, ge=0, lt=1, description="of activations; one pass does not overfit, and 0 saves 300 MB"
    )
    scale: float = Field(
        default=10.0, gt=0, description="inverse temperature of the loss; a soft one is moved less by wrong clicks"
    )
    max_tokens: int = Field(
        default=64, ge=8, description="word pieces of a text in training; doubling halves the speed"
    )
    max_examples: int = Field(default=20_000, ge=1, description="per run; older ones beyond are replayed as a sample")
    replay_share: float = Field(
        default=0.3, ge=0, le=1, description="share of the examples kept for older ones, against forgetting"
    )
    general_share: float = Field(
        default=0.06,
        ge=0,
        lt=1,
        description="share of general examples, against forgetting; each is repeated as often",
    )
    extra_share: float = Field(
        default=1.0, ge=0, le=1, description="share of examples that bring a negative of their own; 0.3 does little"
    )
    max_steps: int = Field(default=0, ge=0, description="steps; 0 means as many as the epochs take")
    max_seconds: float = Field(default=1_800.0, gt=0, description="seconds; the learning rate reaches zero by then")
    checkpoints: int = Field(
        default=2, ge=1, description="times that validation chooses the best weights and a resume point"
    )
    threads: int = Field(default=2, ge=0, description="CPU threads of the fitting process")
    processes: int = Field(
        default=1,
        ge=1,
        le=64,
        description="that learn together, one on each GPU; each takes a batch of its own a step: fewer steps",
    )
    seed: int = Field(default=17, ge=0, description="of shuffling and dropout, so that a run can be repeated")
    rung: str = Field(default="full", description="how the weights change: the name of a file in learning/rungs")
    rung_rules: dict[str, Any] = Field(default={}, description="rules of that rung alone that differ from its defaults")

    @field_validator("rung")
    @classmethod
    def _known(cls, name: str) -> str:
        rungs.rung_type(name)
        return name

    @model_validator(mode="after")
    def _fitting_rules(self) -> Self:
        self.loaded_rung()
        return self

    def loaded_rung(self) -> BaseRung:
        """Return the rung with its rules."""
        return rungs.load(self.rung, self.rung_rules)


class FitRow(BaseModel):
    """One example: anchor, positive, a hard negative or nothing, and its weight."""

    model_config = ConfigDict(frozen=True)
    anchor: str
    positive: str
    negative: str
    weight: float


class Validation(BaseModel):
    """A small retrieval task: for each query the numbers of its relevant texts among `texts`."""

    model_config = ConfigDict(frozen=True)
    queries: tuple[str, ...]
    relevant: tuple[tuple[int, ...], ...]
    texts: tuple[str, ...]


class FitJob(BaseModel):
    """The whole job. `batches` are row numbers, per epoch; `texts` are for a rung that reads the corpus.

    `barred` are pairs of row numbers that stand in one batch: the second's positive, or (in `barred_negatives`) its
    negative, may be right for the first's anchor and is left out of its loss.
    """

    model_config = ConfigDict(frozen=True)
    parent: Path
    output: Path
    rules: FitRules
    rows: tuple[FitRow, ...]
    batches: tuple[tuple[tuple[int, ...], ...], ...]
    barred: frozenset[tuple[int, int]] = frozenset()
    barred_negatives: frozenset[tuple[int, int]] = frozenset()
    validation: Validation
    texts: tuple[str, ...] = ()

    def fingerprint(self) -> str:
        """Return a hash of the job: a checkpoint is good only for the same job."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
