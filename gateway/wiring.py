"""What the routes work with, and how it is connected to an installation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from starlette.concurrency import run_in_threadpool

from gateway.bodies import Bodies
from gateway.callers import Caller, Callers
from gateway.config import GatewayConfig
from gateway.delivery import Delivery
from gateway.documents import Documents
from gateway.forgotten import Forgotten
from gateway.metrics import Metrics
from gateway.readiness import Readiness
from gateway.search_tokens import PURPOSE as SEARCH_TOKENS
from gateway.search_tokens import SearchTokens
from operations.api_keys import keys_of
from operations.person_tokens import PURPOSE as PERSON_TOKENS
from operations.person_tokens import PersonTokens
from operations.suppression import Suppression
from schemas.search import SearchAnswer, SearchRequest
from schemas.topics import TOPICS
from stores import redis_client
from stores.access_lists import AccessLists
from stores.kafka import EventProducer, ensure_topics
from stores.rate_limits import RateLimits
from stores.recent import Recent
from stores.resident_search import ResidentSearch
from stores.settings import Settings
from stores.signing import Signing
from stores.warehouse import Warehouse


@dataclass(frozen=True)
class Gateway:
    """All that a request may need. `search` is called in threads; `clock` gives the instant (UTC)."""

    config: GatewayConfig
    callers: Callers
    bodies: Bodies
    delivery: Delivery
    limits: RateLimits
    recent: Recent
    lists: AccessLists
    documents: Documents
    search: Callable[[SearchRequest], SearchAnswer]
    tokens: SearchTokens
    suppression: Suppression
    ready: Readiness
    metrics: Metrics
    clock: Callable[[], datetime]

    async def forgotten(self) -> Forgotten:
        """Return who is forgotten for good, as of a second ago at most. Raises `Retryable` when nobody can tell."""
        if self.suppression.stale:
            await run_in_threadpool(self.suppression.refresh)
        return self.suppression.names

    def spend(self, caller: Caller, events: int = 0, searches: int = 0) -> float:
        """Count what a caller asks for; return 0, or in how many seconds it may come again. May ask Redis."""
        rules = self.config.limits
        return max(
            self.limits.wait(f"{caller.key}:events", events, rules.events_per_s, rules.events_burst) if events else 0.0,
            self.limits.wait(f"{caller.key}:searches", searches, rules.searches_per_s, rules.searches_burst)
            if searches
            else 0.0,
        )


def connect(where: Settings, config: GatewayConfig) -> Gateway:
    """Connect to an installation. Raises `Retryable` while a store that is asked at once is away."""
    signing, lists = Signing(where), AccessLists(redis_client.connect(where, timeout_s=2.0))
    tokens = PersonTokens(signing.secret(PERSON_TOKENS), config.issuers)
    rules = config.delivery
    return Gateway(
        config=config,
        callers=Callers(keys_of(where), tokens, _now),
        bodies=Bodies(config.body),
        delivery=Delivery(partial(_producer, where, config), rules.waiting, rules.waiting_mib * 2**20),
        limits=RateLimits.connect(where),
        recent=Recent.connect(where, config.remembered_h * 3600),
        lists=lists,
        documents=Documents(lists, Warehouse.connect(where)),
        search=ResidentSearch(where),
        tokens=SearchTokens(signing.secret(SEARCH_TOKENS), timedelta(hours=config.remembered_h)),
        suppression=Suppression.connect(where),
        ready=Readiness.of(where),
        metrics=Metrics(),
        clock=_now,
    )


def _producer(where: Settings, config: GatewayConfig) -> EventProducer:
    ensure_topics(where.kafka_bootstrap, TOPICS.values())
    rules = config.delivery
    return EventProducer(where.kafka_bootstrap, linger_ms=rules.linger_ms, deliver_within_s=rules.within_s)


def _now() -> datetime:
    return datetime.now(UTC)
