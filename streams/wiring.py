"""What a streams worker consists of: the stores it talks to and the steps that use them, put together once."""

import os
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.topics import CITATIONS, CLICKS, IMPRESSIONS, REACTIONS, SEARCHES, TOPICS, Topic
from stores import configuration, kafka, redis_client
from stores.access_lists import AccessLists
from stores.access_log import AccessLog, Pace
from stores.grouped import GroupedInserts
from stores.settings import Settings
from stores.signing import Signing
from stores.trail import Trail
from stores.warehouse import Warehouse
from streams.agents import Agent, AgentContext, agents
from streams.batch import RecordBatch
from streams.config import StreamsConfig
from streams.dead_letters import DeadLetters
from streams.drift.config import DriftConfig
from streams.drift.job import DriftJob
from streams.drift.step import DriftStep
from streams.publisher import Publisher
from streams.rows_kept import Bounds, RowsKept
from streams.sessions.closing import Closer
from streams.sessions.repair import OpenSessionsRepair
from streams.sessions.rules import SessionRules
from streams.sessions.step import ClosingStep
from streams.topic_ids import TopicIds
from streams.transport import Record
from streams.write import Writer

_MOVE_TIME = frozenset({CLICKS.name, CITATIONS.name, SEARCHES.name, IMPRESSIONS.name, REACTIONS.name})
"""The topics of what people do: how far they have been read is how far time has come."""

_LONG = 2
"""A user with this many full chunks of open accesses is closed without waiting for a pause."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Everything that one worker needs."""

    config: StreamsConfig
    topic_ids: TopicIds
    agents: Mapping[str, Agent]
    context: AgentContext
    closing: ClosingStep
    repair: OpenSessionsRepair
    drift: DriftStep
    rows: RowsKept

    def batch(self, topic: Topic, records: Sequence[Record], now: datetime, assignment: int = 0) -> RecordBatch:
        """Return a transport's batch, received `now` and read since that assignment of its partition, as columns.

        Raises `Retryable`; `Behind`: read what lies before first; `TopicMadeAnew`: crash and start again.
        """
        partition, first, last = records[0].partition, records[0].offset, records[-1].offset
        topic_id, previous = self.topic_ids.of_batch(topic.name, partition, first, last, assignment)
        return RecordBatch.of(topic, topic_id, records, now, previous)

    def process(self, batch: RecordBatch) -> None:
        """Take a batch through its topic's agent: decode and validate, apply the rules, store. Raises `Retryable`."""
        self.agents[batch.topic.name].process(batch, self.context)

    def behind(self, positions: Mapping[Any, int], assignment: int = 0) -> dict[Any, int]:
        """Return the partitions, of those read from these positions on, whose rows end earlier, and where they do."""
        ids = self.topic_ids
        found = {tp: ids.behind(tp.topic, tp.partition, offset, assignment) for tp, offset in positions.items()}
        return {tp: end for tp, end in found.items() if end is not None}

    def sources(self, assignment: Iterable[Any]) -> frozenset[str]:
        """Return the names of the assigned partitions that move time."""
        return frozenset(
            f"{tp.topic}/{self.topic_ids[tp.topic]}/{tp.partition}" for tp in assignment if tp.topic in _MOVE_TIME
        )


def pace(rules: SessionRules) -> Pace:
    """Return the session rules in the form that Redis' scripts take: milliseconds."""
    return Pace(gap=rules.gap_ms, lease=rules.lease_ms, long=_LONG * rules.max_accesses)


def assemble(settings: Settings, warehouse: Warehouse) -> Worker:
    """Connect to the stores and put the worker together; the warehouse's schema and the topics must be there.

    Raises `Retryable` when a store does not answer, `Misconfigured` when a rule is wrong.
    """
    config = configuration.load("streams", StreamsConfig, settings.home)
    drift = configuration.load("drift", DriftConfig, settings.home).sharing(config)
    redis = redis_client.connect(settings)
    accesses = AccessLog(redis, pace(config.sessions))
    inserts = GroupedInserts(warehouse)
    publisher = Publisher(kafka.EventProducer(settings.kafka_bootstrap))
    repair = OpenSessionsRepair(warehouse, accesses, config.sessions.gap_ms)
    writer = Writer(
        inserts,
        accesses,
        AccessLists(redis),
        DeadLetters(inserts, publisher),
        repair,
        f"{socket.gethostname()}-{os.getpid()}",
    )
    portion = (config.close_users, config.close_accesses)
    closer = Closer(warehouse, accesses, config.sessions, config.co_access, portion)

    signing = Signing(settings)

    def drift_job() -> DriftJob:
        producer = kafka.EventProducer(settings.kafka_bootstrap)
        trail = Trail(warehouse, signing)
        return DriftJob(warehouse, producer, drift, signing.as_installation, decisions=trail.drift_decisions)

    return Worker(
        config,
        TopicIds(lambda: kafka.topic_ids(settings.kafka_bootstrap, TOPICS), _ends(settings, warehouse)),
        agents(),
        AgentContext(config, settings.tenants, writer, warehouse, publisher, signing),
        ClosingStep(closer, accesses),
        repair,
        DriftStep(warehouse, redis, accesses, drift_job, drift.window_ms),
        RowsKept(lambda: _bounds(warehouse)),
    )


def _bounds(warehouse: Warehouse) -> Bounds:
    rows = warehouse.query("batches_bounds")
    return {(row["topic"], row["topic_id"], row["partition"]): (row["first"], row["last"]) for row in rows}


def _ends(settings: Settings, warehouse: Warehouse) -> Callable[[str, str, int], int]:
    def ends(topic: str, topic_id: str, partition: int) -> int:
        kept = kafka.begin_offsets(settings.kafka_bootstrap, topic)[partition]
        at = {"topic": topic, "topic_id": topic_id, "partition": partition, "kept": kept}
        return int(warehouse.query("stored_until", **at)[0]["end"])

    return ends
