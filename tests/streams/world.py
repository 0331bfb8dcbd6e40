"""Streams without Kafka: batches in, rows out, on the real ClickHouse and Redis, with a database and open sessions of
their own."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.activity import CitationOpened, DocumentOpened, FromSearch
from schemas.codec import encode
from schemas.envelope import Event
from schemas.instants import instant, milliseconds
from schemas.topics import TOPIC_OF, TOPICS, key_of
from stores import redis_client
from stores.access_lists import AccessLists, key
from stores.access_log import AccessLog, Claim
from stores.grouped import GroupedInserts
from stores.settings import Settings
from stores.signing import Objecting
from stores.warehouse import Warehouse
from streams.agents import AgentContext, agents
from streams.batch import RecordBatch
from streams.config import StreamsConfig
from streams.dead_letters import DeadLetters
from streams.publisher import OutgoingMessage, Publisher
from streams.sessions.closing import Closer
from streams.sessions.oracle import Differences, differences
from streams.sessions.repair import OpenSessionsRepair
from streams.wiring import pace
from streams.write import Writer
from tests.stores.keyed import Believing

BEGAN = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Given:
    """A record as a transport hands it out."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int = 0
    headers: Sequence[tuple[str, bytes]] = ()


@dataclass
class Kept:
    """A producer that keeps what it is given."""

    messages: list[OutgoingMessage] = field(default_factory=list)

    def send(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]] = ()
    ) -> None:
        self.messages.append(OutgoingMessage(topic, key, value, headers))

    def flush(self) -> int:
        return len(self.messages)


class World:
    """One tenant's streams."""

    def __init__(
        self, settings: Settings, tenant: str, rules: dict[str, Any] | None = None, signing: Objecting | None = None
    ) -> None:
        self.tenant = tenant
        self.config = StreamsConfig.model_validate(rules or {})
        self.database = f"test_{tenant}"
        self.warehouse = Warehouse.connect(settings.model_copy(update={"clickhouse_database": self.database}))
        self.warehouse.migrate()
        self.redis = redis_client.connect(settings)
        self.accesses = AccessLog(self.redis, pace(self.config.sessions), f"test:{{{tenant}}}")
        self.repair = OpenSessionsRepair(self.warehouse, self.accesses, self.config.sessions.gap_ms)
        self.sent = Kept()
        publisher = Publisher(self.sent)
        inserts = GroupedInserts(self.warehouse)
        self.lists = AccessLists(self.redis)
        self.writer = Writer(inserts, self.accesses, self.lists, DeadLetters(inserts, publisher), self.repair, "test")
        self.context = AgentContext(
            self.config, (tenant,), self.writer, self.warehouse, publisher, signing or Believing()
        )
        self.agents = agents()
        self.wall = milliseconds(NOW)
        self.ends: dict[tuple[str, int], int] = {}

    def closer(self) -> Closer:
        return Closer(self.warehouse, self.accesses, self.config.sessions, self.config.co_access)

    def records(self, topic: str, values: Iterable[bytes | Event | None], partition: int = 0) -> list[Given]:
        """Append to a partition, and return the records."""
        records = []
        for value in values:
            offset = self.ends.get((topic, partition), 0)
            self.ends[topic, partition] = offset + 1
            key = key_of(value) if isinstance(value, Event) else f"{self.tenant}\x1fx".encode()
            records.append(Given(topic, partition, offset, key, encode(value) if isinstance(value, Event) else value))
        return records

    def process(self, records: Sequence[Given]) -> None:
        """Do with a batch what the topic's agent does."""
        topic = records[0].topic
        batch = RecordBatch.of(TOPICS[topic], self.tenant, records, instant(self.wall))
        self.agents[topic].process(batch, self.context)

    def feed(self, *events: Event, partition: int = 0) -> list[Given]:
        """Append events to their topics and process them, one batch a topic."""
        given: list[Given] = []
        for topic in dict.fromkeys(TOPIC_OF[type(event).__name__].name for event in events):
            own = [event for event in events if TOPIC_OF[type(event).__name__].name == topic]
            given += self.records(topic, own, partition)
            self.process(given[-len(own) :])
        return given

    def claim(self) -> Claim:
        """Claim what is due now, as a closer does."""
        return self.accesses.claim(self.wall, self.closer().reached(self.wall))

    def close(self, closer: Closer | None = None) -> int:
        """Close what is due now; return how many users that were."""
        closer, users = closer or self.closer(), 0
        while (closed := closer.close_portion(self.wall)).users:
            users += closed.users
        return users

    def close_all(self) -> None:
        """Let everything fall silent, and close it."""
        self.wall += int(self.config.sessions.idle_close_s * 1_000) + 1
        self.close()
        assert self.accesses.open_users() == 0

    def differences(self) -> Differences:
        """Compare with the oracle."""
        return differences(self.warehouse, self.config, self.tenant)

    def ledger(self) -> dict[str, dict[str, int]]:
        """Return the ledger, summed by topic."""
        rows = self.warehouse.rows("SELECT * FROM ledger WHERE topic_id = {topic_id:String}", topic_id=self.tenant)
        counts = ("expected", "accepted", "repeated", "dead", "late", "missing")
        return {
            topic: {name: sum(row[name] for row in rows if row["topic"] == topic) for name in counts}
            for topic in sorted({row["topic"] for row in rows})
        }

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Run a query of the tenant's rows, `{tenant:String}`."""
        return self.warehouse.rows(sql, tenant=self.tenant)

    def remove(self) -> None:
        """Leave nothing behind."""
        self.lose_redis()
        self.warehouse.execute(f"DROP DATABASE {self.database}")
        self.warehouse.close()

    def lose_redis(self) -> None:
        """Remove the access log's keys and the access lists."""
        keys = [*self.redis.keys(f"test:{{{self.tenant}}}:*"), key(self.tenant)]
        if keys:
            self.redis.delete(*keys)


def traffic(tenant: str, count: int, seed: int, users: int = 12, hours: float = 12.0) -> list[Event]:
    """Return clicks and opened citations of some people over some hours, in order of time."""
    chance = random.Random(seed)
    moments = sorted(chance.uniform(0, hours * 3_600) for _ in range(count))
    return [_access(tenant, number, BEGAN + timedelta(seconds=at), chance, users) for number, at in enumerate(moments)]


def _access(tenant: str, number: int, at: datetime, chance: random.Random, users: int) -> Event:
    common: dict[str, Any] = {
        "event_id": f"e{number:06d}",
        "tenant": tenant,
        "occurred_at": at,
        "user": f"u{chance.randrange(users)}",
    }
    document = f"d{chance.randrange(30)}"
    if chance.random() < 0.2:
        cited = [document, *(f"d{chance.randrange(30)}" for _ in range(chance.randrange(6)))]
        chance.shuffle(cited)
        return CitationOpened(**common, document=document, cited=tuple(cited), answer=f"a{number}", question="why?")
    search = FromSearch(search=f"s{number}", query=f"query {number % 7}", rank=chance.randint(1, 12))
    dwell = chance.choice([None, round(chance.uniform(0, 90), 3)])
    origin = search if chance.random() < 0.6 else None
    return DocumentOpened(**common, document=document, from_search=origin, dwell_seconds=dwell)
