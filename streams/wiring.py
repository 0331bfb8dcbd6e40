"""What a streams worker consists of: the stores it talks to and the steps that use them, put together once."""

import os
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.topics import CITATIONS, CLICKS, DOCUMENTS, LEARNING, REACTIONS, SEARCHES, TOPICS, Topic
from stores import configuration, kafka, lease, redis_client
from stores.access_log import AccessLog, Pace
from stores.grouped import GroupedInserts
from stores.settings import Settings
from stores.warehouse import Warehouse
from streams.agents.documents import Documents
from streams.batch import Prepared, Raw
from streams.config import StreamsConfig
from streams.dead_letters import DeadLetters
from streams.drift.config import DriftConfig
from streams.drift.job import DriftJob
from streams.event_rows import EPOCH, MILLISECOND
from streams.prepare import Preparation
from streams.publisher import Outbox
from streams.sessions.closing import Closed, Closer
from streams.sessions.repair import OpenSessionsRepair
from streams.sessions.rules import SessionRules
from streams.topic_ids import TopicLogs
from streams.transport import Record
from streams.write import Writer

_LONG = 2
"""A user with this many full chunks of open accesses is closed without waiting for a pause."""


@dataclass(frozen=True, slots=True)
class Closing:
    """One look at the open sessions: say which partitions are read here, then close a portion."""

    closer: Closer
    accesses: AccessLog
    assigned: set[str]

    def step(self, sources: frozenset[str], active: frozenset[str], now: int) -> Closed:
        """Close a portion of what is due.

        `sources` are the partitions read here, `active` those of them that have more to read or are worked on; `now`
        is wall time in milliseconds.
        """
        self.accesses.assign(active | (sources - self.assigned), now)
        self.assigned.clear()
        self.assigned.update(sources)
        return self.closer.close_portion(now)


@dataclass(slots=True)
class Judging:
    """Drift, looked at whenever time has come a window further; one worker at a time."""

    warehouse: Warehouse
    redis: redis_client.Client
    accesses: AccessLog
    job: Callable[[], DriftJob]
    window_ms: int
    _job: DriftJob | None = None
    _judged: int = -1

    def step(self, now: datetime) -> int:
        """Judge every tenant's complete windows, if there are new ones; return how many rows were written."""
        watermark = self.accesses.watermark()
        if watermark is None or watermark // self.window_ms == self._judged:
            return 0
        held = lease.acquire(self.redis, "drift")
        if held is None:
            return 0
        with held:
            self._job = self._job or self.job()
            moment = EPOCH + watermark * MILLISECOND
            tenants = [row["tenant"] for row in self.warehouse.query("tenants")]
            written = sum(len(self._job.run(tenant, moment, now)) for tenant in tenants)
        if not written:
            self._judged = watermark // self.window_ms
        return written


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that one worker needs."""

    config: StreamsConfig
    logs: TopicLogs
    preparation: Preparation
    writer: Writer
    documents: Documents
    closing: Closing
    repair: OpenSessionsRepair
    judging: Judging

    def raw(self, topic: Topic, records: Sequence[Record], now: datetime) -> Raw:
        """Return a transport's batch in our form.

        Raises `Retryable`; `Behind`: read what lies before first; `TopicMadeAnew`: crash and start again.
        """
        log, previous = self.logs.of_batch(topic.name, records[0].partition, records[0].offset, records[-1].offset)
        return Raw.of(topic, log, records, now, previous)

    def behind(self, places: Mapping[Any, int]) -> dict[Any, int]:
        """Return the partitions, of those read from these positions on, whose rows end earlier, and where they do."""
        found = {tp: self.logs.behind(tp.topic, tp.partition, position) for tp, position in places.items()}
        return {tp: end for tp, end in found.items() if end is not None}

    def work(self, topic: Topic) -> Callable[[Raw], None]:
        """Return what a batch of this topic goes through: decode and validate, apply the rules, store."""
        if topic is DOCUMENTS:
            return self.documents.process
        steps: dict[str, Callable[[Raw], Prepared]] = {
            CLICKS.name: self.preparation.clicks,
            CITATIONS.name: self.preparation.citations,
            SEARCHES.name: self.preparation.searches,
            REACTIONS.name: self.preparation.reactions,
            LEARNING.name: self.preparation.learning,
        }
        step = steps[topic.name]
        return lambda raw: self.writer.write(step(raw))

    def sources(self, assignment: Iterable[Any]) -> frozenset[str]:
        """Return the names of the assigned partitions that move time: those of what people do."""
        counted = (CLICKS.name, CITATIONS.name, SEARCHES.name, REACTIONS.name)
        return frozenset(f"{tp.topic}/{self.logs[tp.topic]}/{tp.partition}" for tp in assignment if tp.topic in counted)


def pace(rules: SessionRules) -> Pace:
    """Return the session rules in the form that Redis' scripts take: milliseconds."""
    return Pace(
        gap=rules.gap_ms,
        lateness=rules.lateness_s * 1_000,
        idle_after=int(rules.idle_after_s * 1_000),
        idle_close=int(rules.idle_close_s * 1_000),
        lease=int(rules.lease_s * 1_000),
        long=_LONG * rules.max_accesses,
    )


def assemble(settings: Settings, warehouse: Warehouse) -> Parts:
    """Connect to the stores and put the worker together; the warehouse's schema and the topics must be there.

    Raises `Retryable` when a store does not answer, `Misconfigured` when a rule is wrong.
    """
    config = configuration.load("streams", StreamsConfig, settings.home)
    drift = configuration.load("drift", DriftConfig, settings.home).sharing(config)
    redis = redis_client.connect(settings)
    accesses = AccessLog(redis, pace(config.sessions))
    inserts = GroupedInserts(warehouse)
    outbox = Outbox(kafka.EventProducer(settings.kafka_bootstrap))
    repair = OpenSessionsRepair(warehouse, accesses, config.sessions.gap_ms)
    worker = f"{socket.gethostname()}-{os.getpid()}"
    writer = Writer(inserts, accesses, DeadLetters(inserts, outbox), repair, worker)
    portion = (config.close_users, config.close_accesses)
    closer = Closer(warehouse, accesses, config.sessions, config.co_access, portion)
    return Parts(
        config,
        TopicLogs(lambda: kafka.topic_ids(settings.kafka_bootstrap, TOPICS), _ends(settings, warehouse)),
        Preparation(config, settings.tenants),
        writer,
        Documents(warehouse, writer, outbox, config, settings.tenants),
        Closing(closer, accesses, set()),
        repair,
        Judging(
            warehouse,
            redis,
            accesses,
            lambda: DriftJob(warehouse, kafka.EventProducer(settings.kafka_bootstrap), drift),
            drift.window_ms,
        ),
    )


def _ends(settings: Settings, warehouse: Warehouse) -> Callable[[str, str, int], int]:
    def ends(topic: str, log: str, partition: int) -> int:
        stored = warehouse.query("stored_until", topic=topic, log=log, partition=partition)[0]["end"]
        return max(int(stored), kafka.begin_offsets(settings.kafka_bootstrap, topic)[partition])

    return ends
