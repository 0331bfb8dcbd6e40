"""The Kafka broker itself: its errors in our words, its topics, and how far each partition reaches."""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from time import monotonic
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # documented, but not in its stubs
    AdminClient,
    ConfigEntry,
    ConfigResource,
    NewTopic,
)

from schemas.topics import DAY_MS, MAX_EVENT_BYTES, Topic
from stores.error_texts import unanswered
from stores.errors import Misconfigured, Poison, Retryable, TidewheelError

MAX_MESSAGE_BYTES = 2 * MAX_EVENT_BYTES
"""What topics take: more than an event may have, so that one that is too large arrives and becomes a dead letter."""

DEAD_RETENTION_MS = 90 * DAY_MS
"""How long dead letters can be looked at and replayed."""

ANSWER_WITHIN_S = 10.0

_TOO_LARGE = {KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_MSG_SIZE, KafkaError.RECORD_LIST_TOO_LARGE}
_MOVED_ON = {
    KafkaError.ILLEGAL_GENERATION,
    KafkaError.UNKNOWN_MEMBER_ID,
    KafkaError.REBALANCE_IN_PROGRESS,
    KafkaError._ASSIGNMENT_LOST,
    KafkaError._NO_OFFSET,
    KafkaError._STATE,
}
_UNKNOWN_TOPIC = {KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION}
_DENIED = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.SASL_AUTHENTICATION_FAILED,
    KafkaError._AUTHENTICATION,
    KafkaError._INVALID_ARG,
}

log = logging.getLogger(__name__)


def translated(error: KafkaError, bootstrap: str) -> TidewheelError:
    """Return our error for librdkafka's, by what the caller should do about it."""
    if error.code() in _TOO_LARGE:
        return Poison(f"the broker at {bootstrap} takes no event this large ({error.str()})")
    if error.code() in _UNKNOWN_TOPIC:
        return Misconfigured(f"a topic is missing at {bootstrap} ({error.str()}): `tidewheel up` creates all of them")
    if error.code() in _DENIED:
        return Misconfigured(f"the broker at {bootstrap} refuses us ({error.str()}): check the kafka settings")
    if error.code() in _MOVED_ON:
        return Retryable(f"the partitions went to another member ({error.str()}): what was not committed comes again")
    return unanswered(f"the broker at {bootstrap}", error.str())


def quiet(bootstrap: str, **settings: Any) -> dict[str, Any]:  # noqa: ANN401  # librdkafka's own values
    """Return client settings under which librdkafka does not write every reconnect to stderr.

    What matters reaches the caller as an error.
    """
    return {"bootstrap.servers": bootstrap, "log_level": 0, "error_cb": lambda error: None, **settings}


def topic_settings(topic: Topic) -> dict[str, str]:
    """Return the broker's settings for one of our topics: compaction by key, or deletion by age."""
    kept = {"cleanup.policy": "compact"} if topic.retention_ms is None else {"retention.ms": str(topic.retention_ms)}
    return kept | {"max.message.bytes": str(MAX_MESSAGE_BYTES)}


def wanted(topics: Iterable[Topic]) -> dict[str, tuple[int, dict[str, str]]]:
    """Return the topics that these are made of, dead-letter topics among them: partitions and settings by name."""
    found: dict[str, tuple[int, dict[str, str]]] = {}
    dead = {"retention.ms": str(DEAD_RETENTION_MS), "max.message.bytes": str(MAX_MESSAGE_BYTES)}
    for topic in topics:
        found[topic.name] = (topic.partitions, topic_settings(topic))
        found[topic.dead] = (topic.partitions, dead)
    return found


def described(
    bootstrap: str, names: Iterable[str], within_s: float = ANSWER_WITHIN_S
) -> dict[str, dict[str, str] | None]:
    """Return the settings of those of these topics that are there; None where the broker tells none.

    Raises `Retryable` when the broker does not answer.
    """
    admin = AdminClient(quiet(bootstrap))
    try:
        listed = admin.list_topics(timeout=within_s).topics
    except KafkaException as failure:
        raise translated(failure.args[0], bootstrap) from failure
    asked = [ConfigResource(ConfigResource.Type.TOPIC, name) for name in names if name in listed]
    answers = admin.describe_configs(asked, request_timeout=within_s) if asked else {}
    return {resource.name: _told(answer) for resource, answer in answers.items()}


def _told(answer: "Future[dict[str, ConfigEntry]]") -> dict[str, str] | None:
    try:
        return {name: str(entry.value) for name, entry in answer.result().items()}
    except KafkaException:
        return None


def ensure_topics(bootstrap: str, topics: Iterable[Topic], within_s: float = ANSWER_WITHIN_S) -> list[str]:
    """Create the topics that are missing, and their dead-letter topics; return the names of the created ones.

    A broker that does not know one of the settings gets the topic without them; the log says so. Raises `Retryable`
    when the broker does not answer.
    """
    admin = AdminClient(quiet(bootstrap))
    created = []
    for name, (partitions, settings) in wanted(topics).items():
        if _created(admin, bootstrap, NewTopic(name, partitions, -1, config=settings), within_s):
            created.append(name)
    try:
        _wait_until_listed(admin, created, within_s)
    except KafkaException as failure:
        raise translated(failure.args[0], bootstrap) from failure
    return created


def _wait_until_listed(admin: AdminClient, created: list[str], within_s: float) -> None:
    """Wait until the broker lists the topics that it has just made: it answers before its metadata know of them."""
    until = time.monotonic() + within_s
    for name in created:
        while admin.list_topics(name, timeout=within_s).topics[name].error is not None and time.monotonic() < until:
            time.sleep(0.05)


def _created(admin: AdminClient, bootstrap: str, topic: NewTopic, within_s: float) -> bool:
    try:
        admin.create_topics([topic], request_timeout=within_s)[topic.topic].result()
    except KafkaException as failure:
        error = failure.args[0]
        if error.code() == KafkaError.TOPIC_ALREADY_EXISTS:
            return False
        if error.code() == KafkaError.INVALID_CONFIG and topic.config:
            log.warning("%s is made without its settings, which the broker refuses: %s", topic.topic, error.str())
            return _created(admin, bootstrap, NewTopic(topic.topic, topic.num_partitions, -1), within_s)
        raise translated(error, bootstrap) from failure
    return True


def topic_ids(bootstrap: str, topics: Iterable[str], within_s: float = ANSWER_WITHIN_S) -> dict[str, str]:
    """Return the id that the broker gave each topic when it was made: a topic made anew has another.

    A broker that knows no topic ids gives empty text.
    """
    admin = AdminClient(quiet(bootstrap))
    try:
        asked = admin.describe_topics(TopicCollection(list(topics)), request_timeout=within_s)
        return {name: str(answer.result().topic_id or "") for name, answer in asked.items()}
    except KafkaException as failure:
        raise translated(failure.args[0], bootstrap) from failure


def begin_offsets(bootstrap: str, topic: str, within_s: float = ANSWER_WITHIN_S) -> dict[int, int]:
    """Return the first offset still kept of each partition."""
    with _asking(bootstrap) as consumer:
        return {partition: low for partition, (low, _) in _listed(consumer, topic, within_s).items()}


def end_offsets(bootstrap: str, topic: str, within_s: float = ANSWER_WITHIN_S) -> dict[int, int]:
    """Return the offset after the last record of each partition."""
    with _asking(bootstrap) as consumer:
        listed = _listed(consumer, topic, within_s)
        return {partition: high for partition, (_, high) in _fetched(consumer, topic, listed, within_s).items()}


@contextmanager
def _asking(bootstrap: str) -> Iterator[Consumer]:
    consumer = Consumer(quiet(bootstrap, **{"group.id": "offsets", "enable.auto.commit": False}))
    try:
        yield consumer
    except KafkaException as failure:
        raise translated(failure.args[0], bootstrap) from failure
    finally:
        consumer.close()


def _listed(consumer: Consumer, topic: str, within_s: float) -> dict[int, tuple[int, int]]:
    metadata = consumer.list_topics(topic, timeout=within_s).topics[topic]
    if metadata.error is not None:
        raise KafkaException(metadata.error)
    return {p: consumer.get_watermark_offsets(TopicPartition(topic, p), within_s) for p in metadata.partitions}


def _fetched(
    consumer: Consumer, topic: str, listed: Mapping[int, tuple[int, int]], within_s: float
) -> dict[int, tuple[int, int]]:
    # The embedded broker lists the end one batch too low; only the answer to a fetch carries the true end.
    found: dict[int, tuple[int, int]] = {p: bounds for p, bounds in listed.items() if bounds[0] == bounds[1]}
    asked = [TopicPartition(topic, p, high) for p, (_, high) in listed.items() if p not in found]
    consumer.assign(asked)
    deadline = monotonic() + within_s
    while len(found) < len(listed):
        if monotonic() > deadline:
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT, f"no answer to a fetch within {within_s:g} s"))
        consumer.consume(1_000, 0.02)
        for partition in asked:
            high = consumer.get_watermark_offsets(partition, cached=True)[1]
            if high >= partition.offset:
                found[partition.partition] = (listed[partition.partition][0], high)
    return dict(sorted(found.items()))
