"""How the model learns to read queries while documents keep the vectors that they have: rules and job.

Small additions to the weights learn (`trainer.learning.low_rank`), by the contrastive loss with all documents that may
teach as negatives: their vectors are there. So only queries go through the model, and nothing is embedded again. It
begins with the query side of the live model. `trainer.learning.query_process` is the process that learns.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from trainer.learning.query_lessons import QueryLessons


class QueryRules(BaseModel):
    """How the additions learn (measured: docs/RECIPE.md)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    rank: int = Field(default=8, ge=1, le=256, description="of an addition; 8 gained as much as all weights")
    epochs: int = Field(
        default=3, ge=1, description="passes over the examples; only queries are read, so they are cheap"
    )
    batch_size: int = Field(default=32, ge=1, description="queries of a step")
    learning_rate: float = Field(default=1e-3, gt=0, description="peak of AdamW; 3e-4 and one pass gained two thirds")
    warmup: float = Field(default=0.1, ge=0, le=1, description="share of the steps in which the learning rate rises")
    scale: float = Field(default=20.0, gt=0, description="inverse temperature of the loss, as of the map of queries")
    max_tokens: int = Field(default=64, ge=8, description="word pieces of a query in training")
    max_seconds: float = Field(default=900.0, gt=0, description="seconds; the learning rate reaches zero by then")
    threads: int = Field(default=2, ge=0, description="CPU threads of the process that learns")
    seed: int = Field(default=17, ge=0, description="of shuffling and of the additions, so that a run can be repeated")


class QueryJob(BaseModel):
    """The whole job: from the query side of the model in `parent` to the one that is written into `output`.

    `vectors` is a file of the documents' unit vectors, shape (m, d), by whose model they are known `documents`. Of
    each example `own` is the number of its document, `never` the documents that are no negatives of it.
    """

    model_config = ConfigDict(frozen=True)
    parent: Path
    output: Path
    documents: str
    vectors: Path
    hashed: str
    rules: QueryRules
    anchors: tuple[str, ...]
    own: tuple[int, ...]
    never: tuple[tuple[int, ...], ...]
    weights: tuple[float, ...]

    def fingerprint(self) -> str:
        """Return a hash of the job; `hashed` stands for the vectors."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def query_job(
    taught: QueryLessons, anchors: Sequence[str], parent: Path, documents: str, home: Path, rules: QueryRules
) -> QueryJob:
    """Write the documents' vectors into `home` and return the job; `anchors` are of the examples that are `used`."""
    vectors = home / "documents.npy"
    np.save(vectors, taught.documents)
    return QueryJob(
        parent=parent, output=home / "query_encoder-learned", documents=documents, vectors=vectors,
        hashed=hashlib.sha256(taught.documents.tobytes()).hexdigest(), rules=rules, anchors=tuple(anchors),
        own=tuple(taught.own), never=tuple(map(tuple, taught.never)), weights=tuple(taught.weights),
    )  # fmt: skip
