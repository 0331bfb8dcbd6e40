"""The read path: one read of the serving record, one encoder, one collection, one answer.

    record ──▶ encode all queries with the record's model ──▶ dense + BM25 in the record's collection, fused
        ──▶ leave out what the person may not see ──▶ best passage per document, a light prior for authority

The record is read once per call and everything after follows from it, so a cutover or rollback in between changes
nothing of this answer. Access control comes after retrieval: more passages are fetched than needed, and whoever is left
with too few gets further rounds, in which the engine leaves out hidden passages first, until there are `k` documents or
nothing more to find. Every hit is checked here whatever the engine was asked.
"""

import time
from collections.abc import Sequence

from indexer.answer import Answer
from indexer.ranking import Found, rank
from retrieval.access import effective
from retrieval.encoders import Encoder, EncoderSource
from retrieval.fusion import RRF_K
from stores.collection_states import State
from stores.errors import Refused
from stores.serving import Serving
from stores.vectors import WINDOW, Vectors

OVER_FETCH = 5
"""Passages fetched per wanted document in the first round: room for hidden ones and for several of one document."""

WIDEN = 4
"""How much more each further round fetches."""

MAX_RESULTS = 1_000
_MAY_BE_LIVE = frozenset({State.READY, State.STANDBY})


class Searcher:
    """Searches for people. Safe to use from several threads."""

    def __init__(self, serving: Serving, vectors: Vectors, encoders: EncoderSource) -> None:
        self._serving = serving
        self._vectors = vectors
        self._encoders = encoders

    def warm(self, tenant: str) -> None:
        """Load the encoders of what is live and of what may be live next, so that no search waits for one."""
        record = self._serving.record(tenant)
        if record is None:
            return
        states = self._serving.states(tenant)
        next_up = [
            (c.model, c.manifest)
            for name, c in self._serving.collections(tenant).items()
            if states.get(name) in _MAY_BE_LIVE
        ]
        for model, manifest in dict.fromkeys([(record.model, record.manifest), *next_up]):
            self._encoders.get(tenant, model, manifest)

    def search(self, tenant: str, queries: Sequence[str], groups: frozenset[str], k: int = 10) -> list[Answer]:
        """Answer each query with at most `k` documents that a member of `groups` may see, best first.

        Raises `Refused` for a tenant without documents, or when the model's files are not those that were reviewed,
        `Retryable` when a store is away.
        """
        began = time.perf_counter()
        if not 1 <= k <= MAX_RESULTS:
            raise Refused(f"a search gives 1 to {MAX_RESULTS} documents, not {k}")
        record = self._serving.record(tenant)
        if record is None:
            raise Refused(f"the tenant '{tenant}' has no documents yet; send some with `tidewheel emit`")
        if not queries:
            return []
        encoder = self._encoders.get(tenant, record.model, record.manifest)
        found = retrieve(self._vectors, encoder, record.collection, queries, groups, k)
        latency = (time.perf_counter() - began) * 1000
        return [Answer(tuple(r), record.model, record.collection, record.version, latency) for r in found]


def retrieve(
    vectors: Vectors,
    encoder: Encoder,
    collection: str,
    queries: Sequence[str],
    groups: frozenset[str] | None,
    k: int,
) -> list[list[Found]]:
    """Return the best `k` documents of each query in one collection, which must be of the encoder's model.

    `groups=None` leaves nothing out: it is for comparing collections, never for answering a person.
    """
    embedded = encoder.encode(queries)
    found: list[list[Found]] = [[] for _ in queries]
    left, limit, filtered = list(range(len(queries))), min(WINDOW, OVER_FETCH * k), False
    while left:
        seen = sorted(effective(groups)) if filtered and groups is not None else None
        answers = vectors.search(collection, [queries[i] for i in left], embedded[left], limit, RRF_K, groups=seen)
        for i, hits in zip(left, answers, strict=True):
            found[i] = rank(queries[i], hits, groups, k)
        left = [i for i, hits in zip(left, answers, strict=True) if len(found[i]) < k and len(hits) >= limit]
        if filtered or groups is None:
            if limit == WINDOW:
                break
            limit = min(WINDOW, limit * WIDEN)
        filtered = True
    return found
