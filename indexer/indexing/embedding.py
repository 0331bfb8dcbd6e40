"""A tenant's texts become vectors of one model: each text once, and only texts that have no stored vector.

Texts of like length are embedded together, at most `AT_ONCE` at a time, and each time stored before the next: a crash
costs no more than that. Vectors of a model without a manifest are neither looked up nor stored.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from retrieval.encoders import Encoder
from stores.embeddings import AT_ONCE, Vector


class Store(Protocol):
    """What is needed of `stores.embeddings.Embeddings`; all of it raises `Retryable`."""

    def get(self, tenant: str, encoder: str, texts: Sequence[str]) -> dict[str, Vector]:
        """Return the stored vectors of these texts, by text."""
        ...

    def put(self, tenant: str, encoder: str, vectors: Mapping[str, Vector]) -> None:
        """Store vectors by their text."""
        ...

    def renew(self, tenant: str, encoder: str, texts: Sequence[str]) -> None:
        """Keep the vectors of these texts for longer."""
        ...


class Embedded(NamedTuple):
    """Vectors by text, and how many of them the model made now."""

    vectors: Mapping[str, Vector]
    made: int


@dataclass(frozen=True, slots=True)
class Embedder:
    """Embeds for one tenant by one model, whose files have this manifest if anybody said.

    `encoder` is called when the model is needed, and may raise; so may `yield_point`, called between two batches.
    """

    store: Store
    tenant: str
    manifest: str | None
    encoder: Callable[[], Encoder]
    yield_point: Callable[[], None] = lambda: None

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Return the vectors of these texts, equal ones once."""
        wanted = sorted(dict.fromkeys(texts), key=len)
        if not wanted:
            return Embedded({}, 0)
        found = self.store.get(self.tenant, self._encoding(), wanted) if self.manifest else {}
        missing = [text for text in wanted if text not in found]
        for start in range(0, len(missing), AT_ONCE):
            self.yield_point()
            made = self.again(missing[start : start + AT_ONCE])
            self.keep(made)
            found |= made
        return Embedded(found, len(missing))

    def again(self, texts: Sequence[str]) -> dict[str, Vector]:
        """Return the vectors of these texts as the model makes them now, whatever is stored."""
        return dict(zip(texts, self.encoder().encode(texts), strict=True))

    def keep(self, vectors: Mapping[str, Vector]) -> None:
        """Store vectors by text, in the place of those that are there."""
        if self.manifest:
            self.store.put(self.tenant, self._encoding(), vectors)

    def renew(self, texts: Sequence[str]) -> None:
        """Keep the stored vectors of these texts: they are in use."""
        if self.manifest:
            self.store.renew(self.tenant, self._encoding(), list(dict.fromkeys(texts)))

    def _encoding(self) -> str:
        return self.encoder().encoding(self.manifest or "")
