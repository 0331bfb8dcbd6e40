"""How the resident search serves: the section `indexer`, `resident`."""

from pydantic import BaseModel, ConfigDict, Field


class ResidentConfig(BaseModel):
    """What it keeps, and how much it takes on at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    query_vectors: int = Field(
        default=4_096, ge=0, description="vectors of queries kept for each model, 1.5 KiB each: repeated ones cost less"
    )
    at_work: int = Field(default=32, ge=1, description="searches worked on at once; others wait for their turn")
    waiting: int = Field(
        default=128, ge=1, description="searches under way or waiting; one more is asked to come again (503)"
    )
    warm_every_s: float = Field(
        default=5.0, gt=0, description="seconds between looks for a model that may go live next, so that it is loaded"
    )
