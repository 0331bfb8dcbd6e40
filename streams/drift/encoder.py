"""The frozen reference encoder: one ruler for all windows and all models that ever serve.

Drift is measured in the space of an encoder that is never trained, so that vectors of different months, and from under
different live models, stay comparable.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from stores.errors import Misconfigured

Vectors = NDArray[np.float32]


class ReferenceEncoder(Protocol):
    """Text to vectors; the same text must give the same vector for ever."""

    def encode(self, texts: list[str]) -> Vectors:
        """Return one unit vector a text, shape (len(texts), d); a text without known words gives zeros."""
        ...


class WordLlamaEncoder:
    """Means of wordllama's 256-d static token vectors, from the weights inside the installed package (no network)."""

    def __init__(self) -> None:
        self._model: Any = None

    def encode(self, texts: list[str]) -> Vectors:
        """Return unit vectors of shape (len(texts), 256). Raises `Misconfigured` when the weights are not installed."""
        if self._model is None:
            self._model = _load()
        if not texts:
            return np.zeros((0, 256), dtype=np.float32)
        # Blank texts have no tokens: the library would divide by zero for a batch of nothing but them.
        vectors = np.asarray(self._model.embed([text if text.strip() else "." for text in texts]), dtype=np.float32)
        vectors[[not text.strip() for text in texts]] = 0.0
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)
        return unit


def _load() -> Any:  # noqa: ANN401  # the library carries no types
    try:
        with _untouched_logging():
            import wordllama

            # The package looks for its tokenizer in a folder that it does not ship; its "cache" layout fits its own.
            return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
    except (ImportError, FileNotFoundError) as error:
        raise Misconfigured(
            f"the reference encoder is not installed ({error}); run `make setup` or `pip install wordllama`"
        ) from error


@contextmanager
def _untouched_logging() -> Iterator[None]:
    """Undo the root logger's handler and level that wordllama sets while it is imported."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
