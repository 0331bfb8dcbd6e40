"""The client of an OpenAI-compatible endpoint of embeddings: texts go out, unit vectors come back.

`POST URL/embeddings` with {model, input, encoding_format, dimensions}; the answer's `data` has {index, embedding}
(OpenAI's API reference, "Create embeddings"; so do vLLM, Ollama, text-embeddings-inference, LiteLLM and others).

A circuit breaker: an endpoint that does not answer is not asked again for some seconds, so that callers fail at once
and nothing else waits for it.
"""

import json
import time
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt
import urllib3

from stores import settings
from stores.errors import Misconfigured, Refused, Retryable

Vectors = npt.NDArray[np.float32]

_AT_ONCE = 32
"""Texts of one request."""

_CONNECT_S, _READ_S, _WHOLE_S, _REST_S = 5.0, 30.0, 60.0, 5.0
_PIECE = 1024 * 1024
_MOST_BYTES = 64 * 1024 * 1024
_SAID: Final = 200
_NOT_NOW = frozenset({408, 409, 425, 429})
_KEY_WANTED = frozenset({401, 403})


class EmbeddingClient:
    """One model of one endpoint. Several threads may call it."""

    def __init__(self, url: str, model: str, dimensions: int | None = None) -> None:
        """`url` ends before `/embeddings`. The key, if there is one for the host, is read from the environment."""
        self._address, self._host = f"{url.rstrip('/')}/embeddings", urlsplit(url).hostname or ""
        self._asked: dict[str, Any] = {"model": model, "encoding_format": "float"}
        if dimensions is not None:
            self._asked["dimensions"] = dimensions
        timeout = urllib3.Timeout(connect=_CONNECT_S, read=_READ_S)
        self._pool = urllib3.PoolManager(maxsize=8, retries=False, timeout=timeout)
        self._rests_until, self._because = 0.0, ""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (texts, d); without texts d is 0.

        Raises `Retryable` while the endpoint is away or busy, `Misconfigured` when it wants another key, and `Refused`
        when it refuses the request or answers with something else than vectors.
        """
        found = [self._vectors(texts[start : start + _AT_ONCE]) for start in range(0, len(texts), _AT_ONCE)]
        if len({rows.shape[1] for rows in found}) > 1:
            raise Refused(f"{self._host} answered with vectors of several dimensions")
        return np.concatenate(found) if found else np.zeros((0, 0), dtype=np.float32)

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        return _units(self._answer(texts), len(texts), self._host)

    def _answer(self, texts: Sequence[str]) -> bytes:
        if time.monotonic() < self._rests_until:
            raise Retryable(f"{self._because}; asked again in {_REST_S:.0f} s at most")
        headers = {"Content-Type": "application/json"}
        if (key := settings.embedding_key(self._host)) is not None:
            headers["Authorization"] = f"Bearer {key.get_secret_value()}"
        try:
            answer = self._pool.request(
                "POST", self._address, body=json.dumps(self._asked | {"input": list(texts)}).encode(),
                headers=headers, redirect=False, preload_content=False,
            )  # fmt: skip
            with answer:
                body = self._read(answer, time.monotonic() + _WHOLE_S)
        except urllib3.exceptions.HTTPError as error:
            raise self._away(f"{self._host} does not answer: {_short(str(error))}") from error
        said = f"{self._host} answered {answer.status}: {_short(body.decode(errors='replace'))}"
        if answer.status in _NOT_NOW or answer.status >= 500:
            raise self._away(said)
        if answer.status in _KEY_WANTED:
            raise Misconfigured(f'{said}; set its key in TIDEWHEEL_EMBEDDING_KEYS as {{"{self._host}": "..."}}')
        if answer.status != 200:
            raise Refused(said)
        if len(body) > _MOST_BYTES:
            raise Refused(f"{self._host} answered with more than {_MOST_BYTES:,} bytes")
        return body

    def _read(self, answer: urllib3.BaseHTTPResponse, until: float) -> bytes:
        """Return the body, cut off behind `_MOST_BYTES`. Raises `Retryable` when it has not come in time."""
        pieces, size = list[bytes](), 0
        while size <= _MOST_BYTES and (piece := answer.read1(_PIECE)):
            pieces.append(piece)
            size += len(piece)
            if time.monotonic() > until:
                raise self._away(f"{self._host} has not answered within {_WHOLE_S:.0f} s")
        return b"".join(pieces)

    def _away(self, because: str) -> Retryable:
        self._rests_until, self._because = time.monotonic() + _REST_S, because
        return Retryable(because)


def _short(text: str) -> str:
    return " ".join(text[: 4 * _SAID].split())[:_SAID]


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
