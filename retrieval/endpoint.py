"""A model that another server holds: a small file in the place of weights, beside the tokenizer that cuts its texts.

The file is `endpoint.json`. The manifest of the model covers it, so what was offered, judged and approved is this
address and this name. What the server answers with is its own: when it changes the model behind a name, the proofs of
a collection (`indexer.proof`) find vectors that are not those that it answers with now.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from retrieval.identity import ELSEWHERE
from stores.embedding_client import EmbeddingClient
from stores.endpoint_address import safe_address
from stores.errors import Refused

FILE = "endpoint.json"


class Endpoint(BaseModel):
    """Where a model is asked, and by which name."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    url: str = Field(max_length=500, description="of the API, before /embeddings")
    model: str = Field(min_length=1, max_length=200)
    dimensions: int | None = Field(default=None, ge=8, le=16_384, description="that are asked for; None: the model's")

    @field_validator("url")
    @classmethod
    def _is_safe(cls, url: str) -> str:
        return safe_address(url)

    @classmethod
    def of(cls, model: Path) -> "Endpoint | None":
        """Return that of the model in a directory, None where its weights are here. Raises `Refused`."""
        path = model / FILE
        if not path.is_file():
            return None
        try:
            return cls.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise Refused(f"{path} names no endpoint: {error.errors()[0]['msg']}") from error

    def save(self, model: Path) -> None:
        """Write it into the directory of a model."""
        (model / FILE).write_text(json.dumps(self.model_dump(), indent=2, sort_keys=True))

    def connected(self) -> "RemoteModel":
        """Return the model, ready to be asked; nothing is sent yet."""
        return RemoteModel(self)


class RemoteModel:
    """A model that is asked over the network; several threads may ask at once."""

    precision = ELSEWHERE

    def __init__(self, endpoint: Endpoint) -> None:
        self._client = EmbeddingClient(endpoint.url, endpoint.model, endpoint.dimensions)

    def encode(self, texts: Sequence[str], prompt: str) -> NDArray[np.float32]:
        """Return one unit vector per text with the prompt in front of it. Raises as `EmbeddingClient.embed` does."""
        return self._client.embed([prompt + text for text in texts])
