"""How texts become vectors and answers, in training and in serving alike: the section `retrieval`."""

from pydantic import BaseModel, ConfigDict

from retrieval.encoders import EncoderConfig


class RetrievalConfig(BaseModel):
    """All rules that both sides share."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoder: EncoderConfig = EncoderConfig()
