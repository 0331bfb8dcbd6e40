"""The client of an OpenAI-compatible endpoint of embeddings: texts go out, unit vectors come back.

`POST URL/embeddings` with {model, input, encoding_format, dimensions}; the answer's `data` has {index, embedding}
(OpenAI's API reference, "Create embeddings"; so do vLLM, Ollama, text-embeddings-inference, LiteLLM and others).

An endpoint that does not answer is left alone for some seconds (`stores.json_endpoint`).
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from stores.errors import Refused
from stores.json_endpoint import JsonEndpoint

Vectors = npt.NDArray[np.float32]

_AT_ONCE = 32
"""Texts of one request."""

_READ_S, _WHOLE_S, _REST_S = 30.0, 60.0, 5.0
_MOST_BYTES = 64 * 1024 * 1024


class EmbeddingClient:
    """One model of one endpoint. Several threads may call it."""

    def __init__(self, url: str, model: str, dimensions: int | None = None) -> None:
        """`url` ends before `/embeddings`. The key, if there is one for the host, is read from the environment."""
        self._asked: dict[str, Any] = {"model": model, "encoding_format": "float"}
        if dimensions is not None:
            self._asked["dimensions"] = dimensions
        self._endpoint = JsonEndpoint(
            f"{url.rstrip('/')}/embeddings", "embedding_keys",
            read_s=_READ_S, whole_s=_WHOLE_S, rest_s=_REST_S, most_bytes=_MOST_BYTES,
        )  # fmt: skip

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (texts, d); without texts d is 0.

        Raises `Retryable` while the endpoint is away or busy, `Misconfigured` when it wants another key, and `Refused`
        when it refuses the request or answers with something else than vectors.
        """
        found = [self._vectors(texts[start : start + _AT_ONCE]) for start in range(0, len(texts), _AT_ONCE)]
        if len({rows.shape[1] for rows in found}) > 1:
            raise Refused(f"{self._endpoint.host} answered with vectors of several dimensions")
        return np.concatenate(found) if found else np.zeros((0, 0), dtype=np.float32)

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        body = self._endpoint.post(self._asked | {"input": list(texts)})
        return _units(body, len(texts), self._endpoint.host)


def _units(body: bytes, texts: int, host: str) -> Vectors:
    """Return the rows of an answer in the order of the texts, as unit vectors. Raises `Refused`."""
    try:
        rows = sorted(json.loads(body)["data"], key=lambda row: row["index"])
        numbers = [row["index"] for row in rows]
        found = np.asarray([row["embedding"] for row in rows], dtype=np.float64)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise Refused(f"{host} answered with something else than vectors: {type(error).__name__}") from error
    if numbers != list(range(texts)) or found.ndim != 2 or not found.shape[1]:
        raise Refused(f"{host} was asked for {texts} vectors and answered with {len(rows)} of shape {found.shape}")
    largest = np.abs(found).max(axis=1, keepdims=True)
    if not np.isfinite(largest).all() or not (largest > 0).all():
        raise Refused(f"{host} answered with vectors that are empty or hold no finite numbers")
    scaled = found / largest
    return np.asarray(scaled / np.linalg.norm(scaled, axis=1, keepdims=True), dtype=np.float32)
