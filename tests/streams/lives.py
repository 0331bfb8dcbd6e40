"""People's days, brought into a warehouse by the streams' own steps; and what a trainer leaves behind."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from schemas.activity import CitationOpened, DocumentOpened, FromSearch, OnAnswer, Reacted, Result, SearchServed
from schemas.codec import encode
from schemas.documents import DocumentUpserted
from schemas.envelope import Event
from schemas.ids import stable_id
from schemas.instants import milliseconds
from schemas.learning import (
    Comparison,
    CutoverDone,
    ModelTrained,
    Proof,
    ShadowReady,
    ShadowStarted,
    TrainingRequested,
)
from schemas.topics import TOPIC_OF, TOPICS, Topic, key_of
from stores import redis_client
from stores.access_lists import AccessLists
from stores.access_log import AccessLog
from stores.kafka import EventProducer, ensure_topics
from stores.settings import Settings
from stores.warehouse import Warehouse
from streams.agents import AgentContext, agents
from streams.batch import RecordBatch
from streams.config import StreamsConfig
from streams.dead_letters import DeadLetters
from streams.publisher import Publisher
from streams.sessions.closing import Closer
from streams.sessions.repair import OpenSessionsRepair
from streams.wiring import pace
from streams.write import Writer
from tests.stores.keyed import Believing

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
COMPARED = Comparison(
    queries=9, ndcg_candidate=0.8, ndcg_live=0.7, ndcg_base=0.7, ndcg_bm25=0.6, difference=0.1, low=0.05, high=0.15
)
PROOF = Proof(documents=2, passages=2, mismatches=0, repaired=0, parity_min_cosine=1.0, recall_at_10=1.0)


class Lying(NamedTuple):
    """A record as a transport gives it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


@dataclass
class Streams:
    """One worker's steps without a broker before them: records get the offsets that they would have there."""

    warehouse: Warehouse
    accesses: AccessLog
    producer: EventProducer
    lists: AccessLists
    config: StreamsConfig = field(default_factory=StreamsConfig)
    offsets: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        publisher = Publisher(self.producer)
        repair = OpenSessionsRepair(self.warehouse, self.accesses, self.config.sessions.gap_ms)
        self.writer = Writer(
            self.warehouse, self.accesses, self.lists, DeadLetters(self.warehouse, publisher), repair, "test"
        )
        self.context = AgentContext(self.config, (), self.writer, self.warehouse, publisher, Believing())
        self.agents = agents()

    def read(
        self, topic: Topic, records: Sequence[tuple[bytes | None, bytes | None]], topic_id: str = "id"
    ) -> list[int]:
        """Take (key, value) records from partition 0 of a topic; return their offsets."""
        first = self.offsets[topic.name]
        offsets = list(range(first, first + len(records)))
        self.offsets[topic.name] += len(records)
        lying = [
            Lying(topic.name, 0, offset, milliseconds(NOW), key, value)
            for offset, (key, value) in zip(offsets, records, strict=True)
        ]
        self.agents[topic.name].process(RecordBatch.of(topic, topic_id, lying, NOW), self.context)
        return offsets

    def take(self, *events: Event) -> None:
        """Take events, a batch a topic."""
        by_topic: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            by_topic[TOPIC_OF[type(event).__name__].name].append(event)
        for topic, of_topic in by_topic.items():
            self.read(TOPICS[topic], [(key_of(event), encode(event)) for event in of_topic])

    def close(self) -> None:
        """Close every session, as if nothing more had come for a day."""
        rules, later = self.config.sessions, milliseconds(NOW + timedelta(days=1))
        closer = Closer(self.warehouse, self.accesses, rules, self.config.co_access)
        while closer.close_portion(later).users:
            pass


@contextmanager
def streams(stack: Settings, name: str) -> Iterator[Streams]:
    """Run them on a database and open sessions of their own."""
    warehouse = Warehouse.connect(stack.model_copy(update={"clickhouse_database": name}))
    warehouse.migrate()
    ensure_topics(stack.kafka_bootstrap, TOPICS.values())
    redis = redis_client.connect(stack)
    try:
        with EventProducer(stack.kafka_bootstrap, linger_ms=0) as producer:
            accesses = AccessLog(redis, pace(StreamsConfig().sessions), f"{name}:{{accesses}}")
            yield Streams(warehouse, accesses, producer, AccessLists(redis))
    finally:
        redis.close()
        warehouse.close()


def documents(tenant: str, author: str | None = None) -> list[Event]:
    """Two pages; the first links to the second and has an author."""
    return [
        DocumentUpserted(
            event_id=f"{tenant}-{name}", tenant=tenant, occurred_at=NOW - timedelta(days=1), document=name, version=1,
            app="wiki", title=f"About {name}", body=f"All that is known of {name}, in many words.",
            author=author if name == "one" else None, updated_at=NOW - timedelta(days=1), acl=("everyone",),
        )
        for name in ("one", "two")
    ]  # fmt: skip


def day(tenant: str, user: str, words: str, hours: float = 3, collection: str = "c1") -> list[Event]:
    """A search for `words` with two openings, a question with a citation opened, and a vote; event ids are ASCII."""
    began = NOW - timedelta(hours=hours)
    common: dict[str, Any] = {"tenant": tenant, "user": user}

    def at(minutes: int, what: str) -> dict[str, Any]:
        name = stable_id(tenant, user, words, what, str(hours))
        return {**common, "event_id": name, "occurred_at": began + timedelta(minutes=minutes)}

    search = stable_id("search", tenant, user, words)
    shown = tuple(Result(document=name, rank=rank, score=1 / rank) for rank, name in enumerate(("one", "two"), 1))
    served: dict[str, Any] = {"results": shown, "model": "m1", "collection": collection, "serving_version": 1}
    opened = {
        rank: DocumentOpened(
            **at(rank, f"open {rank}"), document=name, dwell_seconds=60.0,
            from_search=FromSearch(search=search, query=words, rank=rank),
        )
        for rank, name in enumerate(("one", "two"), 1)
    }  # fmt: skip
    return [
        SearchServed(**at(0, "search"), search=search, query=words, **served),
        *opened.values(),
        CitationOpened(
            **at(4, "cite"), answer=f"a{search}", question=f"{words}, in short?", cited=("one", "two"), document="two"
        ),
        Reacted(
            **at(5, "vote"),
            target=OnAnswer(answer=f"a{search}", question=f"{words}, in short?", cited=("one",)),
            reaction="+1",
        ),
    ]


def trained(town: Streams, tenant: str, run: str = "run-1", snapshot: str = "snapshot-1") -> str:
    """Let a run have learned from every pair there is now, with one score row a query; return the model."""
    model, collection = f"{tenant}-{run}", f"{tenant}_{run}".replace("-", "_")
    pairs = town.warehouse.rows(
        "SELECT DISTINCT pair, anchor FROM pairs WHERE tenant = {t:String} ORDER BY pair", t=tenant
    )
    town.warehouse.insert(
        "snapshot_pairs",
        {
            "tenant": [tenant] * len(pairs),
            "snapshot": [snapshot] * len(pairs),
            "pair": [row["pair"] for row in pairs],
            "side": ["test" if n % 5 == 4 else "train" for n in range(len(pairs))],
            "weight": [1.0] * len(pairs),
        },
    )
    asked = sorted({" ".join(row["anchor"].split()) for row in pairs} - {""})  # as examples are made
    town.warehouse.insert(
        "query_scores",
        {"tenant": [tenant] * len(asked), "run": [run] * len(asked), "query": asked, "system": ["live"] * len(asked)},
    )

    def at(minutes: int) -> dict[str, Any]:
        when = NOW + timedelta(minutes=minutes)
        return {"event_id": stable_id(tenant, run, str(minutes)), "tenant": tenant, "occurred_at": when}

    live: dict[str, Any] = {"model": model, "collection": collection, "serving_version": 2, "packet": "p", "by": "op"}
    town.take(
        TrainingRequested(**at(0), run=run, requested_by="drift", reason="it drifted"),
        ModelTrained(**at(1), run=run, model=model, parent="base", snapshot=snapshot, comparison=COMPARED),
        ShadowStarted(**at(2), run=run, model=model, collection=collection, documents=2),
        ShadowReady(**at(3), run=run, model=model, collection=collection, proof=PROOF, packet="p"),
        CutoverDone(**at(4), **live, previous_model="base", previous_collection="c1"),
    )
    return model


def everything(warehouse: Warehouse) -> Iterator[tuple[str, str, str]]:
    """Yield (table, column, text) of every text in the database, without FINAL, and of the server's own notes on it."""
    columns = warehouse.rows(
        "SELECT table, name, type FROM system.columns WHERE database = {d:String} AND type LIKE '%String%' "
        "AND table IN (SELECT name FROM system.tables WHERE database = {d:String} AND engine NOT LIKE '%View')",
        d=warehouse.database,
    )
    for column in columns:
        for row in warehouse.rows(f"SELECT toString({column['name']}) AS text FROM {column['table']}"):
            yield column["table"], column["name"], row["text"]
    for row in warehouse.rows("SELECT table, command FROM system.mutations"):
        yield "system.mutations", row["table"], row["command"]
