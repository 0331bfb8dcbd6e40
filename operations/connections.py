"""An installation's stores, each connected when it is first used: what does not need a store works while it is away."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING

from schemas.envelope import Event
from schemas.topics import TOPICS
from stores import lease, redis_client
from stores.access_lists import AccessLists
from stores.kafka import EventProducer, ensure_topics
from stores.learning import announce
from stores.serving import Serving
from stores.settings import Settings
from stores.signing import Signing
from stores.trail import Trail
from stores.warehouse import Warehouse

if TYPE_CHECKING:
    from stores.vectors import Vectors


class Connections:
    """Connections to one installation, as a context that closes those that were made. Not for several threads.

    Each property raises `Retryable`, with the next step, when its store does not answer.
    """

    def __init__(self, where: Settings) -> None:
        self.where = where

    @cached_property
    def warehouse(self) -> Warehouse:
        """Return the connection to ClickHouse."""
        return Warehouse.connect(self.where)

    @cached_property
    def redis(self) -> redis_client.Client:
        """Return a Redis client."""
        return redis_client.connect(self.where)

    @cached_property
    def serving(self) -> Serving:
        """Return the serving records in Redis."""
        return Serving(self.redis)

    @cached_property
    def lists(self) -> AccessLists:
        """Return the documents' current access lists in Redis."""
        return AccessLists(self.redis)

    @cached_property
    def vectors(self) -> "Vectors":
        """Return the connection to Milvus."""
        from stores.vectors import Vectors  # its client takes a second to load, which most commands do without

        return Vectors.connect(self.where)

    @cached_property
    def signing(self) -> Signing:
        """Return the keys of this installation and of the operators in this home."""
        return Signing(self.where)

    @cached_property
    def trail(self) -> Trail:
        """Return the audit trail, as far as it is signed."""
        return Trail(self.warehouse, self.signing)

    def lease(self, name: str) -> AbstractContextManager[lease.Lease]:
        """Hold the lease on `name` for the block. Raises `Retryable` while somebody else has it."""
        return lease.held(self.redis, name)

    @contextmanager
    def producer(self) -> Iterator[EventProducer]:
        """Make the topics if they are absent and give a producer for the block; delivery is certain after it."""
        ensure_topics(self.where.kafka_bootstrap, TOPICS.values())
        with EventProducer(self.where.kafka_bootstrap) as producer:
            yield producer

    def publish(self, event: Event) -> None:
        """Send one event to its topic and return once the broker has it. Raises `Retryable` when it does not answer."""
        announce(self.where, event)

    def close(self) -> None:
        """Give back the connections that were made."""
        for name in ("warehouse", "redis", "vectors"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()
        for name in ("serving", "lists", "trail"):
            self.__dict__.pop(name, None)

    def __enter__(self) -> "Connections":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
