"""Encoders: how a model is loaded and how it embeds, alike for judging and for serving.

A model runs here (`retrieval.local_model`), or is asked elsewhere (`retrieval.endpoint`). The prompts of its
configuration go in front of queries and of passages (`retrieval.prompts`). Vectors have unit length.
A model that was changed for queries alone has a query side (`retrieval.query_side`), which its passages never see.
`Encoders` loads models from the shelf by id when they are first needed, keeps a few, and shares them among all threads
of the process.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from retrieval.config import EncoderConfig
from retrieval.endpoint import Endpoint
from retrieval.identity import encoding
from retrieval.local_model import LocalModel
from retrieval.prompts import Prompts
from retrieval.query_side import QuerySide
from retrieval.word_pieces import WordPieces
from stores.errors import Refused
from stores.shelf import BASE, Shelf

Vectors32 = NDArray[np.float32]


class Model(Protocol):
    """What makes vectors: of weights here, or asked elsewhere."""

    precision: str

    def encode(self, texts: Sequence[str], prompt: str) -> Vectors32:
        """Return one unit vector per text with the prompt in front of it, shape (texts, d)."""
        ...


class Encoder:
    """One loaded model; several threads may call it."""

    def __init__(self, path: Path, config: EncoderConfig) -> None:
        """Load the model in the directory `path`. No weights are fetched from elsewhere.

        Raises `Refused` for a query side that is damaged or of another dimension, and what an endpoint raises.
        """
        elsewhere, self.query_side = Endpoint.of(path), QuerySide.of(path)
        side, additions = self.query_side, self.query_side.additions if self.query_side else {}
        if elsewhere and additions:
            raise Refused(f"{path} adds to the weights of a model that is elsewhere; train again")
        self._model: Model = elsewhere.connected() if elsewhere else LocalModel(path, config)
        self._asked: Model = LocalModel(path, config, additions) if additions else self._model
        self.pieces = WordPieces.of(path, config)
        self.precision = self._model.precision
        self._prompts = Prompts.of(path)
        self.dimension = self._model.encode(["dimension"], self._prompts.passage).shape[1]
        if side is not None and side.map is not None and len(side.map) != self.dimension:
            raise Refused(f"{path} maps {len(side.map)} dimensions and its model makes {self.dimension}; train again")

    def encoding(self, manifest: str) -> str:
        """Return by which name the vectors of passages are stored; `manifest` is the hash of the model's files."""
        return encoding(self.documents(manifest), self.pieces.max_tokens, self.precision)

    def documents(self, manifest: str) -> str:
        """Return by which manifest the vectors of passages are known; `manifest` is the hash of the model's files."""
        return self.query_side.documents if self.query_side else manifest

    def encode(self, texts: Sequence[str]) -> Vectors32:
        """Return one unit vector per passage, shape (texts, dimension), float32 whatever the model runs at."""
        return self._encoded(self._model, texts, self._prompts.passage)

    def encode_queries(self, texts: Sequence[str]) -> Vectors32:
        """Return one unit vector per query, shape (texts, dimension), through the query side if there is one."""
        found = self._encoded(self._asked, texts, self._prompts.query)
        return self.query_side.queries(found) if self.query_side else found

    def _encoded(self, model: Model, texts: Sequence[str], prompt: str) -> Vectors32:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        found = model.encode(texts, prompt)
        if found.shape[1] != self.dimension:
            raise Refused(f"the model makes {found.shape[1]} dimensions now, and made {self.dimension}; it was changed")
        return found


def use_threads(threads: int) -> None:
    """Let the whole process use so many CPU threads for one matrix product; 0 leaves it to torch."""
    if threads:
        torch.set_num_threads(threads)


class EncoderSource(Protocol):
    """Something that gives the encoder of a tenant's model."""

    def get(self, tenant: str, model: str, manifest: str | None = None) -> Encoder:
        """Return the encoder, loading it if needed; `manifest` is what its files have to be."""
        ...


class Encoders:
    """The encoders of this process. While one loads, the others go on answering."""

    def __init__(self, shelf: Shelf, config: EncoderConfig | None = None) -> None:
        self._shelf = shelf
        self._config = config or EncoderConfig()
        self._loaded: OrderedDict[tuple[str, str, str], Encoder] = OrderedDict()
        self._loading: dict[tuple[str, str, str], threading.Lock] = {}
        self._lock = threading.Lock()
        use_threads(self._config.threads)

    def get(self, tenant: str, model: str, manifest: str | None = None) -> Encoder:
        """Return the encoder of the tenant's model, whose files have this manifest, if anybody said.

        Raises `Refused` when the shelf lacks the model, holds it damaged, or holds another one under its name.
        """
        key = ("" if model == BASE else tenant, model, manifest or "")
        with self._lock:
            if key in self._loaded:
                self._loaded.move_to_end(key)
                return self._loaded[key]
            loading = self._loading.setdefault(key, threading.Lock())
        with loading:
            with self._lock:
                if key in self._loaded:
                    return self._loaded[key]
            try:
                encoder = Encoder(self._shelf.fetch(tenant, model, manifest or ""), self._config)
                with self._lock:
                    self._loaded[key] = encoder
                    while len(self._loaded) > self._config.kept:
                        self._loaded.popitem(last=False)
            finally:
                with self._lock:
                    self._loading.pop(key, None)
            return encoder
