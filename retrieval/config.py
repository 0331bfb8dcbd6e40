"""How texts become vectors and answers, in training and in serving alike: the section `retrieval`."""

from pydantic import BaseModel, ConfigDict, Field


class EncoderConfig(BaseModel):
    """How encoders run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_tokens: int = Field(
        default=128,
        ge=8,
        description="word pieces of a passage, title and special tokens among them; doubling halves the speed",
    )
    batch_size: int = Field(default=32, ge=1, description="texts at once; texts of like length go together")
    threads: int = Field(default=2, ge=0, description="CPU threads of one matrix product; 0 leaves it to torch")
    kept: int = Field(default=3, ge=1, description="models kept in memory: live, standby and shadow of one tenant")


class ClickedQueriesConfig(BaseModel):
    """Whether documents are found by the queries, too, that several people clicked after."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(
        default=True,
        description="each model's validation queries choose how much it counts; off, the words leave all collections",
    )
    without: frozenset[str] = Field(
        default=frozenset(), description="tenants for which it is off, such as those whose queries are personal"
    )

    def of(self, tenant: str) -> bool:
        """Return whether a tenant's documents have them."""
        return self.enabled and tenant not in self.without


class RetrievalConfig(BaseModel):
    """All rules that both sides share."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoder: EncoderConfig = EncoderConfig()
    clicked_queries: ClickedQueriesConfig = ClickedQueriesConfig()
