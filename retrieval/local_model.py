"""A model whose weights are here: on the GPU at half precision when there is one, else on the CPU at full precision.

It reads `max_tokens` word pieces of a text, or fewer when its own limit is lower (`retrieval.word_pieces`).
"""

import math
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging

from retrieval.config import EncoderConfig
from retrieval.identity import PRECISIONS
from retrieval.word_pieces import WordPieces
from stores.errors import Misconfigured


class LocalModel:
    """One loaded model. One text batch at a time; several threads may call it."""

    def __init__(self, path: Path, config: EncoderConfig) -> None:
        """Load the model in the directory `path`. Nothing is fetched from elsewhere."""
        self._batch_size = config.batch_size
        self._lock = threading.Lock()
        # A service's log is no terminal.
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # theirs has no types
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self._transformer = SentenceTransformer(str(path), device=device, local_files_only=True)
        said, read = WordPieces.of(path, config).max_tokens, self._transformer.max_seq_length
        if read is not None and read < said:
            raise Misconfigured(f"{path} reads {read} word pieces and its files say {said}; save the model anew")
        if read is None or math.isfinite(read):  # a model of static vectors reads all of a text
            self._transformer.max_seq_length = said
        self.precision = PRECISIONS[device == "cuda"]
        if device == "cuda":
            self._transformer.half()
        self._transformer.eval()

    def encode(self, texts: Sequence[str], prompt: str) -> NDArray[np.float32]:
        """Return one unit vector per text with the prompt in front of it, float32 whatever the model runs at."""
        with self._lock:
            found = self._transformer.encode(
                list(texts), prompt=prompt, batch_size=self._batch_size, normalize_embeddings=True,
                show_progress_bar=False,
            )  # fmt: skip
        return np.asarray(found, dtype=np.float32)
