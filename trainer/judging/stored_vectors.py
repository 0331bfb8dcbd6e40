"""Vectors of passages that the trainer shares with the indexer, by the embedding store.

    live, base    taken where the indexer, or an earlier run, made them; what is made here is stored
    candidate     stored when it has won and its files have their final hash: its index is then built of them

Only passages are shared: what people asked is never stored as a vector. Which precision the child computes at is known
only when it has; so vectors of every precision are looked for, and it takes those of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from retrieval.config import EncoderConfig
from retrieval.identity import PRECISIONS, encoding
from retrieval.query_side import documents_of
from retrieval.word_pieces import WordPieces
from stores.embeddings import Embeddings
from trainer.judging.embed_in_child import Made


@dataclass(frozen=True, slots=True)
class StoredVectors:
    """The stored vectors of a tenant's `passages`, which are the first of the texts that a run embeds."""

    store: Embeddings
    tenant: str
    encoder: EncoderConfig
    passages: Sequence[str]
    _known: dict[str, frozenset[str]] = field(default_factory=dict)

    def known(
        self, models: Mapping[str, Path], manifests: Mapping[str, str]
    ) -> dict[tuple[str, str], dict[int, npt.NDArray[np.float32]]]:
        """Return the stored vectors, by key of `models` and precision, then by number of the passage.

        `models` are directories and `manifests` the hashes of their files; one without is not looked for.
        Raises `Retryable`.
        """
        found = {}
        for key, manifest in manifests.items():
            for precision in PRECISIONS:
                name = self._encoding(models[key], manifest, precision)
                vectors = self.store.get(self.tenant, name, list(dict.fromkeys(self.passages)))
                self._known[name] = frozenset(vectors)
                found[key, precision] = {n: vectors[text] for n, text in enumerate(self.passages) if text in vectors}
        return found

    def keep(self, model: Path, manifest: str, made: Made) -> None:
        """Store the vectors of the passages that were not known. Raises `Retryable`."""
        name = self._encoding(model, manifest, made.precision)
        known = self._known.get(name, frozenset())
        new = {text: made.vectors[n] for n, text in enumerate(self.passages) if text not in known}
        self.store.put(self.tenant, name, new)
        self._known[name] = known | new.keys()

    def _encoding(self, model: Path, manifest: str, precision: str) -> str:
        return encoding(documents_of(model, manifest), WordPieces.of(model, self.encoder).max_tokens, precision)
