"""The read path: one read of the serving record, one encoder, one collection, one answer.

    record ──▶ encode all queries with the record's model ──▶ rank by meaning, by words, and by clicked queries if the
        record's weights want that, in its collection ──▶ leave out what the person may not see
        ──▶ fuse, best passage per document, a light prior for authority

The record is read once per call and everything after follows from it, so a cutover or rollback in between changes
nothing of this answer. Who may see a hit is decided by its document's current list (`indexer.search.visibility`),
which does not wait for the index; ranks and scores are formed of what is left, so they tell nothing of what is
hidden. More is fetched than needed, and whoever is left with too little gets further rounds, in which the engine
leaves out hidden passages first, until there are `k` documents or nothing more to find.
"""

import time
from collections.abc import Sequence

from indexer.search.answer import Answer
from indexer.search.ports import QueryEncoder, QueryEncoders, Ranker
from indexer.search.shown import Found, best
from indexer.search.visibility import CountedLists, Viewer
from retrieval import ranking
from retrieval.queries import require_words
from retrieval.text import query_terms
from schemas.fusion import Fusion
from stores.collection_states import State
from stores.errors import Refused, TidewheelError
from stores.milvus import CollectionMissing
from stores.rebuilds import not_whole
from stores.serving import Serving
from stores.vector_rows import Hit, primary_key
from stores.vectors import WINDOW, Rankings

ROOM = 2
"""How many times more the first round fetches for a person: room for hidden passages."""

MAX_RESULTS = 1_000
_MAY_BE_LIVE = frozenset({State.READY, State.STANDBY})


class Searcher:
    """Searches for people. Safe to use from several threads."""

    def __init__(self, serving: Serving, vectors: Ranker, encoders: QueryEncoders, lists: CountedLists) -> None:
        self._serving = serving
        self._vectors = vectors
        self._encoders = encoders
        self._lists = lists

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
        serving = [(side.model, side.manifest) for side in (record, record.standby) if side]
        for model, manifest in dict.fromkeys([*serving, *next_up]):
            self._encoders.get(tenant, model, manifest)

    def search(self, tenant: str, queries: Sequence[str], groups: frozenset[str], k: int = 10) -> list[Answer]:
        """Answer each query with at most `k` documents that a member of `groups` may see, best first.

        Raises `NoWord` for a query without any, `Refused` for a tenant without documents, or when the model's files are
        not those that were reviewed, `Retryable` when a store is away, or the index is gone and being rebuilt. While it
        is being filled, the answers have what is in it, and say so.
        """
        began = time.perf_counter()
        if not 1 <= k <= MAX_RESULTS:
            raise Refused(f"a search gives 1 to {MAX_RESULTS} documents, not {k}")
        require_words(queries)
        record = self._serving.record(tenant)
        if record is None:
            raise self._nothing_live(tenant)
        if not queries:
            return []
        rebuild = self._serving.rebuilds.get(tenant, record.collection)
        encoder = self._encoders.get(tenant, record.model, record.manifest)
        viewer = Viewer(self._lists, tenant, groups)
        try:
            found = retrieve(self._vectors, encoder, record.collection, queries, viewer, k, record.fusion)
        except CollectionMissing as error:
            rebuild = self._serving.rebuilds.get(tenant, record.collection) or rebuild
            total = rebuild.total if rebuild else self._lists.documents(tenant)
            raise not_whole(tenant, rebuild.done if rebuild else 0, total) from error
        rebuild = self._serving.rebuilds.get(tenant, record.collection) or rebuild
        latency = (time.perf_counter() - began) * 1000
        return [Answer(tuple(r), record.model, record.collection, record.version, latency, rebuild) for r in found]

    def _nothing_live(self, tenant: str) -> TidewheelError:
        """Return the error for a tenant without a serving record: new ones and lost ones are not the same."""
        documents = self._lists.documents(tenant)
        if documents:
            return not_whole(tenant, 0, documents)
        return Refused(f"the tenant '{tenant}' has no documents yet; send some with `tidewheel emit`")


def retrieve(
    vectors: Ranker,
    encoder: QueryEncoder,
    collection: str,
    queries: Sequence[str],
    viewer: Viewer | None,
    k: int,
    fusion: Fusion,
) -> list[list[Found]]:
    """Return the best `k` documents of each query in one collection, which must be of the encoder's model.

    `fusion` is what was chosen for the model. `viewer=None` leaves nothing out: it is for comparing collections, never
    for answering a person.
    """
    embedded, depth = encoder.encode_queries(queries), min(WINDOW, ranking.depth(k))
    words = [query_terms(query) for query in queries]
    pools, found = [_Pool() for _ in queries], [list[Found]() for _ in queries]
    left, limit, seen = list(range(len(queries))), depth if viewer is None else min(WINDOW, ROOM * depth), None
    while left:
        last = limit == WINDOW and (viewer is None or seen is not None)
        answers = vectors.search(collection, [words[i] for i in left], embedded[left], limit, seen, fusion.clicked > 0)
        if viewer is not None:
            viewer.look(hit.document for answer in answers for hits in answer for hit in hits)
        unsettled = []
        for i, answer in zip(left, answers, strict=True):
            pools[i].add(answer, limit, last)
            settled = best(queries[i], pools[i].visible(viewer), pools[i].ended, depth, k, fusion)
            if settled is None:
                unsettled.append(i)
            else:
                found[i] = settled
        left = unsettled
        if viewer is None or seen is not None:
            limit = min(WINDOW, limit * ranking.WIDEN)
        elif left:
            seen = viewer.filter(collection)
    return found


class _Pool:
    """The passages fetched for one query so far, of each ranking; `ended` says of which nothing is left to fetch."""

    def __init__(self) -> None:
        self.ended: tuple[bool, ...] = ()
        self._hits: tuple[dict[str, Hit], ...] = ()

    def add(self, rankings: Rankings, limit: int, last: bool) -> None:
        """Add what a round fetched, at most `limit` a ranking; `last` when no further round can fetch more."""
        self._hits = self._hits or tuple({} for _ in rankings)
        for hits, fetched in zip(self._hits, rankings, strict=True):
            hits.update({primary_key(hit.document, hit.number): hit for hit in fetched})
        self.ended = tuple(last or len(fetched) < limit for fetched in rankings)

    def visible(self, viewer: Viewer | None) -> Rankings:
        """Return the rankings without what the person may not see, equal scores in the order of keys."""
        return tuple(
            ranking.ordered(hit for hit in hits.values() if viewer is None or viewer.sees(hit)) for hits in self._hits
        )
