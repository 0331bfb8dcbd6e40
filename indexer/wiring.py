"""Builds the indexer and the search from the settings: every class is given what it needs, and looks for nothing."""

from collections.abc import Callable
from datetime import datetime

from indexer.cleaning import Cleaner
from indexer.config import IndexerConfig
from indexer.cutover import Cutover
from indexer.feed.documents import Documents
from indexer.indexing.sync import Sync
from indexer.indexing.throttle import BySearches, Throttle
from indexer.live_first import LiveFirst
from indexer.proof.verify import Verifier
from indexer.review.comparison import ComparisonRunner
from indexer.search.searcher import Searcher
from indexer.search.visibility import CurrentLists
from indexer.service import Indexer
from indexer.shadow import Shadows
from indexer.trust import Trust
from indexer.upkeep import Upkeep
from retrieval.config import RetrievalConfig
from retrieval.encoders import Encoders
from schemas.envelope import Event
from stores import configuration
from stores.access_lists import AccessLists
from stores.errors import Refused
from stores.retention import RetentionConfig
from stores.search_latency import SearchLatency
from stores.service import Life, Stopped
from stores.serving import Serving
from stores.settings import Settings
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


def build_indexer(
    where: Settings,
    config: IndexerConfig,
    life: Life,
    publish: Callable[[Event], None],
    clock: Callable[[], datetime],
    check_lease: Callable[[], None] = lambda: None,
) -> Indexer:
    """Return the indexer on this installation. Raises `Retryable` when a store does not answer.

    `publish` sends an event and returns once it arrived; `check_lease` raises `Refused` when another process works in
    this one's place, which ends work with `Stopped` too. Long work ends with `Stopped` between two of its parts, and
    rests end at once, when the process is asked to stop.
    """
    shelf, signing = Shelf.open(where), Signing(where)
    serving, encoders = Serving.connect(where), encoders_of(where, shelf)
    vectors, warehouse = Vectors.connect(where), Warehouse.connect(where)
    trust, documents = Trust(signing, Trail(warehouse, signing, clock), shelf), Documents(warehouse)

    def rest(seconds: float) -> None:
        life.stop.wait(seconds)

    def sync(yield_point: Callable[[], None], throttle: Throttle | None = None) -> Sync:
        return Sync(documents, vectors, encoders, config.sync, clock, rest, yield_point, still_ours, throttle)

    def still_ours() -> None:
        try:
            check_lease()
        except Refused as error:
            raise Stopped(str(error)) from error

    def check_stop() -> None:
        if life.stop.is_set():
            raise Stopped("between two batches")

    upkeep = Upkeep(serving, sync(check_stop), clock, config.audit)
    live_first = LiveFirst(serving, upkeep, config.service.shadow_slice_s, clock)

    def between_parts_of_shadow_work() -> None:
        check_stop()
        live_first.yield_point()

    shadow_sync = sync(between_parts_of_shadow_work, BySearches(SearchLatency.connect(where).get, config.throttle))
    verifier = Verifier(shadow_sync, config.verify, clock)
    comparison = ComparisonRunner(warehouse, vectors, encoders, config.comparison, between_parts_of_shadow_work)
    return Indexer(
        serving,
        upkeep,
        Shadows(serving, shadow_sync, verifier, comparison, trust, config.verify, clock, publish),
        Cutover(serving, shadow_sync, verifier, trust, config.verify, clock, config.cutover_s),
        trust,
        config.service,
        publish,
        clock,
        Cleaner(serving, warehouse, vectors, configuration.load("retention", RetentionConfig, where.home), clock),
    )


def encoders_of(where: Settings, shelf: Shelf) -> Encoders:
    """Return the encoders of the models on the shelf, run by this installation's rules."""
    rules = configuration.load("retrieval", RetrievalConfig, where.home)
    return Encoders(shelf, rules.encoder)
