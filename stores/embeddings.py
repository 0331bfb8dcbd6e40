"""Vectors that were made once, in ClickHouse: neither the indexer nor the trainer embeds the same text again.

    (tenant, encoder, hash of the passage) ──▶ its unit vector

`encoder` says all that a vector depends on besides the text (`retrieval.identity.encoding`), so vectors of another
model, limit or precision are never found. How a document was cut does not matter: a passage is its own text.

**What is kept of people.** A vector can be turned back into something like its text by anybody with the model. So it
is kept like text: only passages of documents come in here, no query; a tenant finds its own alone; and a vector goes
`KEPT_DAYS` after it was made or last found in use by the audit of live and standby (`indexer/proof/audit.py`), which
renews what is older than `RENEWED_DAYS`. A deleted document's vectors go by that rule, and so do those of retired
models. The hash has the tenant's name as its key, which is no secret: that two tenants have the same text does not
show, and those who may read this table may read `documents` too.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from stores.columns import Same
from stores.vector_rows import vector_digest
from stores.warehouse import Warehouse

Vector = NDArray[np.float32]

AT_ONCE = 128
"""Vectors read or written by one statement: what a crash makes anew is at most so many."""

KEPT_DAYS = 14
"""As the table's TTL has it."""

RENEWED_DAYS = 4
"""An audit of every row takes a day; it may fail to come for a week without a vector being lost."""


class Embeddings:
    """One process's view of the stored vectors; safe to use from several threads. All of it raises `Retryable`."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def get(self, tenant: str, encoder: str, texts: Sequence[str]) -> dict[str, Vector]:
        """Return the stored vectors of these texts, by text; absent and damaged ones are left out."""
        found = {}
        for chunk in _chunks(texts):
            by_name = {passage_hash(tenant, text): text for text in chunk}
            for row in self._warehouse.query("embeddings_get", tenant=tenant, encoder=encoder, passages=[*by_name]):
                vector = np.asarray(row["vector"], dtype=np.float32)
                if vector_digest(vector) == row["digest"]:
                    found[by_name[row["passage"]]] = vector
        return found

    def put(self, tenant: str, encoder: str, vectors: Mapping[str, Vector]) -> None:
        """Store vectors by their text, replacing what is there."""
        for chunk in _chunks(list(vectors)):
            self._warehouse.insert(
                "embeddings",
                {
                    "tenant": Same(tenant),
                    "encoder": Same(encoder),
                    "passage": [passage_hash(tenant, text) for text in chunk],
                    "vector": [np.asarray(vectors[text], dtype=np.float32) for text in chunk],
                    "digest": [vector_digest(vectors[text]) for text in chunk],
                },
            )

    def renew(self, tenant: str, encoder: str, texts: Sequence[str]) -> None:
        """Keep the vectors of these texts for `KEPT_DAYS` from now, if that is not so already."""
        for chunk in _chunks(texts):
            names = [passage_hash(tenant, text) for text in chunk]
            self._warehouse.run("embeddings_renew", tenant=tenant, encoder=encoder, passages=names, days=RENEWED_DAYS)


def passage_hash(tenant: str, text: str) -> str:
    """Return the name of a text among the tenant's: 32 hexadecimal digits."""
    key = blake2b(tenant.encode(), digest_size=32).digest()
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=key).hexdigest()


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(texts), AT_ONCE):
        yield texts[start : start + AT_ONCE]
