"""A model whose weights are here: on the GPU at half precision when there is one, else on the CPU at full precision.

It reads `max_tokens` word pieces of a text, or fewer when its own limit is lower (`retrieval.word_pieces`).
"""

import math
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging

from retrieval.config import EncoderConfig
from retrieval.identity import PRECISIONS
from retrieval.query_side import Addition
from retrieval.word_pieces import WordPieces
from stores.errors import Misconfigured, Refused


class LocalModel:
    """One loaded model. One text batch at a time; several threads may call it."""

    def __init__(self, path: Path, config: EncoderConfig, additions: Mapping[str, Addition] | None = None) -> None:
        """Load the model in the directory `path`, with additions to its layers if there are any.

        Nothing is fetched from elsewhere. Raises `Refused` for additions to layers that the model does not have.
        """
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
        _add(self._transformer, additions or {}, path)
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


def _add(model: torch.nn.Module, additions: Mapping[str, Addition], path: Path) -> None:
    layers = dict(model.named_modules())
    for name, (up, down) in additions.items():
        layer = layers.get(name)
        if not isinstance(layer, torch.nn.Linear) or layer.weight.shape != (len(up), down.shape[1]):
            raise Refused(f"{path} adds to a layer '{name}' of another model than the one beside it; train again")
        with torch.no_grad():
            layer.weight += torch.from_numpy(up @ down).to(layer.weight)
