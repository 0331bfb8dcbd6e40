"""Builds the worker and the search from the settings: every class is given what it needs, and looks for nothing."""

from collections.abc import Callable, Iterable
from datetime import datetime

from indexer.cleaning import Cleaner
from indexer.config import IndexerConfig
from indexer.cutover import Cutover
from indexer.feed.documents import Documents
from indexer.indexing.sync import Sync
from indexer.indexing.throttle import BySearches, Throttle
from indexer.lists import WholeLists
from indexer.live_first import LiveFirst
from indexer.proof.verify import Verifier
from indexer.review.comparison import ComparisonRunner
from indexer.search.searcher import Searcher
from indexer.search.visibility import CurrentLists
from indexer.service import Indexer
from indexer.shadow import Shadows
from indexer.trust import Trust
from indexer.upkeep import Upkeep
from indexer.worker import Worker
from retrieval.config import RetrievalConfig
from retrieval.encoders import Encoders
from schemas.envelope import Event
from stores import configuration, redis_client
from stores.access_lists import AccessLists
from stores.fenced import fenced
from stores.lease import Lease
from stores.retention import RetentionConfig
from stores.search_latency import SearchLatency
from stores.service import Life, Stopped
from stores.serving import Serving
from stores.settings import Settings
from stores.shares import Shares
from stores.shelf import Shelf
from stores.signing import Signing
from stores.trail import Trail
from stores.vectors import Vectors
from stores.warehouse import Warehouse


def connect_searcher(where: Settings) -> Searcher:
    """Return the search on this installation. Raises `Retryable` when a store does not answer."""
    return Searcher(
        Serving.connect(where), Vectors.connect(where), encoders_of(where, Shelf.open(where)), current_lists(where)
    )


def current_lists(where: Settings) -> CurrentLists:
    """Return the lists that searches on this installation obey. Raises `Retryable` when a store does not answer."""
    return CurrentLists(AccessLists.connect(where), Warehouse.connect(where))


def build_worker(
    where: Settings,
    config: IndexerConfig,
    life: Life,
    shares: Shares,
    publish: Callable[[Event], None],
    clock: Callable[[], datetime],
    waiting: Callable[[], Iterable[str]] = tuple,
) -> Worker:
    """Return a worker of this installation, for what `shares` hold. Raises `Retryable` when a store does not answer.

    `publish` sends an event and returns once it arrived; `waiting` names tenants of which decisions wait. Long work
    ends with `Stopped` between two of its parts, and rests end at once, when the process is asked to stop.
    """
    shelf, signing = Shelf.open(where), Signing(where)
    client, encoders, warehouse = redis_client.connect(where), encoders_of(where, shelf), Warehouse.connect(where)
    vectors, throttle = Vectors.connect(where), BySearches(SearchLatency.connect(where).get, config.throttle)
    clicked = configuration.load("retrieval", RetrievalConfig, where.home).clicked_queries
    trust, documents = Trust(signing, Trail(warehouse, signing), shelf), Documents(warehouse, clicked)
    whole_lists = WholeLists(AccessLists(client), warehouse)  # written in any order they are the same: no fence
    retention = configuration.load("retention", RetentionConfig, where.home)

    def rest(seconds: float) -> None:
        life.stop.wait(seconds)

    def check_stop() -> None:
        if life.stop.is_set():
            raise Stopped("between two batches")

    def between_parts_of_shadow_work() -> None:
        check_stop()
        live_first.yield_point()

    def make(tenant: str, lease: Lease, check_lease: Callable[[], None]) -> Indexer:
        serving = Serving(fenced(client, lease, check_lease))

        def emit(event: Event) -> None:
            check_lease()
            publish(event)

        def sync(yield_point: Callable[[], None], throttle: Throttle | None = None) -> Sync:
            return Sync(documents, vectors, encoders, config.sync, clock, rest, yield_point, check_lease, throttle)

        upkeep = Upkeep(serving, sync(check_stop), clock, config.audit, config.service.standby_every_s)
        shadow_sync = sync(between_parts_of_shadow_work, throttle)
        verifier = Verifier(shadow_sync, config.verify, clock, live=upkeep.sync)
        comparison = ComparisonRunner(warehouse, vectors, encoders, config.comparison, between_parts_of_shadow_work)
        return Indexer(
            tenant,
            serving,
            upkeep,
            Shadows(serving, shadow_sync, verifier, comparison, trust, config.verify, clock, emit),
            Cutover(
                serving,
                shadow_sync,
                verifier,
                trust,
                config.verify,
                clock,
                config.cutover_s,
                config.approvals,
                lambda: live_first.held(),
            ),
            trust,
            config.service,
            emit,
            clock,
            Cleaner(serving, warehouse, vectors, retention, clock),
            whole_lists,
        )

    worker = Worker(Serving(client), documents, shares, make, config.service, clock, waiting)
    live_first = LiveFirst(worker, config.service.shadow_slice_s, clock)
    return worker


def encoders_of(where: Settings, shelf: Shelf) -> Encoders:
    """Return the encoders of the models on the shelf, run by this installation's rules."""
    rules = configuration.load("retrieval", RetrievalConfig, where.home)
    return Encoders(shelf, rules.encoder)
