"""Builds the indexer and the search from the settings: every class is given what it needs, and looks for nothing."""

from collections.abc import Callable
from datetime import datetime

from indexer.comparison import ComparisonConfig, ComparisonRunner
from indexer.cutover import Cutover
from indexer.documents import Documents
from indexer.live_first import LiveFirst
from indexer.search import Searcher
from indexer.service import Indexer, ServiceConfig
from indexer.shadow import Shadows
from indexer.sync import Sync, SyncConfig
from indexer.trust import Trust
from indexer.upkeep import Upkeep
from indexer.verify import Verifier, VerifyConfig
from retrieval.encoders import Encoders
from schemas.envelope import Event
from stores.serving import Serving
from stores.settings import Settings
from stores.shelf import Shelf
from stores.signing import Signing
from stores.trail import Trail
from stores.vectors import Vectors
from stores.warehouse import Warehouse


def connect_searcher(where: Settings) -> Searcher:
    """Return the search on this installation. Raises `Retryable` when a store does not answer."""
    return Searcher(Serving.connect(where), Vectors.connect(where), Encoders(Shelf.open(where)))


def build_indexer(
    where: Settings,
    publish: Callable[[Event], None],
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
    check_stop: Callable[[], None],
) -> Indexer:
    """Return the indexer on this installation. Raises `Retryable` when a store does not answer.

    `publish` sends an event and returns once it arrived; `check_stop` is called between the parts of long work and
    raises when the process is to end; `sleep` rests for so many seconds, or less when the process is to end.
    """
    shelf, signing = Shelf.open(where), Signing(where)
    serving, encoders = Serving.connect(where), Encoders(shelf)
    vectors, warehouse = Vectors.connect(where), Warehouse.connect(where)
    trust = Trust(signing, Trail(warehouse, signing, clock), shelf)
    documents, service, verify = Documents(warehouse), ServiceConfig(), VerifyConfig()

    def sync(yield_point: Callable[[], None]) -> Sync:
        return Sync(documents, vectors, encoders, SyncConfig(), clock, sleep, yield_point)

    upkeep = Upkeep(serving, sync(check_stop), clock)
    live_first = LiveFirst(serving, upkeep, service.shadow_slice_s, clock)

    def between_parts_of_shadow_work() -> None:
        check_stop()
        live_first.yield_point()

    shadow_sync = sync(between_parts_of_shadow_work)
    verifier = Verifier(shadow_sync, verify, clock)
    comparison = ComparisonRunner(warehouse, vectors, encoders, ComparisonConfig(), between_parts_of_shadow_work)
    return Indexer(
        serving,
        upkeep,
        Shadows(serving, shadow_sync, verifier, comparison, trust, verify, clock, publish),
        Cutover(serving, shadow_sync, verifier, trust, verify, clock),
        trust,
        service,
        publish,
        clock,
    )
