"""A search of the service, from its request to its answer, and to the event that says who was shown what."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import uuid4

from indexer.search.answer import Answer, search_served
from indexer.search.searcher import Searcher
from schemas.activity import SearchServed
from schemas.ids import stable_id
from schemas.search import Rebuilding, SearchAnswer, SearchRequest, SearchResult
from stores.errors import TidewheelError

LOG = logging.getLogger(__name__)

_WARM_TENANTS = 3
"""Tenants of the last searches whose models are loaded before they are needed."""


class Answering:
    """Answers requests, for several threads at once. `record` takes an event, or says that it cannot.

    `note` hears when a search was answered (monotonic seconds), and how long it took in milliseconds.
    """

    def __init__(
        self,
        searcher: Searcher,
        record: Callable[[SearchServed], bool],
        clock: Callable[[], datetime],
        note: Callable[[float, float], None] = lambda at, milliseconds: None,
    ) -> None:
        self._searcher = searcher
        self._record = record
        self._clock = clock
        self._note_latency = note
        self._recent: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def answer(self, request: SearchRequest) -> SearchAnswer:
        """Return the answer, recorded when the request names a user. Raises as `Searcher.search`."""
        began = time.monotonic()
        found = self._searcher.search(request.tenant, [request.query], frozenset(request.groups), request.k)[0]
        ended = time.monotonic()
        self._note_latency(ended, 1_000 * (ended - began))
        self._note(request.tenant)
        return shown(found, self._recorded(request, found) if request.user else None)

    def _note(self, tenant: str) -> None:
        with self._lock:
            self._recent[tenant] = None
            self._recent.move_to_end(tenant)
            while len(self._recent) > _WARM_TENANTS:
                self._recent.popitem(last=False)

    def _recorded(self, request: SearchRequest, found: Answer) -> str | None:
        """Return the search's id when its event will be sent, else None."""
        assert request.user is not None
        search = request.search or uuid4().hex
        event = search_served(
            found,
            event_id=stable_id("SearchServed", request.tenant, request.user, search),
            tenant=request.tenant,
            user=request.user,
            search=search,
            query=request.query,
            at=self._clock(),
            surface=request.surface,
        )
        return search if self._record(event) else None

    def warm(self, tenants: Sequence[str] = ()) -> None:
        """Load the models of these tenants and of the last ones that searched; trouble is logged and tried again."""
        with self._lock:
            recent = list(self._recent)
        for tenant in dict.fromkeys([*tenants[:_WARM_TENANTS], *recent]):
            try:
                self._searcher.warm(tenant)
            except TidewheelError as error:
                LOG.warning("%s: its model is not loaded yet: %s", tenant, error)


def shown(answer: Answer, search: str | None = None) -> SearchAnswer:
    """Return an answer as it goes over the wire; `search` is its id when it is recorded."""
    return SearchAnswer(
        model=answer.model,
        collection=answer.collection,
        serving_version=answer.serving_version,
        latency_ms=answer.latency_ms,
        rebuilding=Rebuilding(done=answer.rebuild.done, total=answer.rebuild.total) if answer.rebuild else None,
        search=search,
        results=tuple(
            SearchResult(
                rank=found.rank,
                document=found.document,
                score=found.score,
                title=found.title,
                snippet=found.snippet,
                truncated=found.truncated,
            )
            for found in answer.results
        ),
    )
