"""Kafka for everything that is not a stream agent: producing, and plain reading for the services.

Delivery: `EventProducer` is idempotent within its life and says of every event whether it arrived; `EventReader` reads
at least once, because it commits only what its caller has handled. Topics and offsets come from `stores.broker`.
"""

from collections.abc import Iterable, Mapping, Sequence
from time import monotonic, sleep
from types import TracebackType
from typing import NamedTuple, cast

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)

from stores.broker import (
    ANSWER_WITHIN_S,
    MAX_MESSAGE_BYTES,
    begin_offsets,
    end_offsets,
    ensure_topics,
    quiet,
    topic_ids,
    translated,
)
from stores.errors import Retryable, TidewheelError

__all__ = ["EventProducer", "EventReader", "RawEvent", "begin_offsets", "end_offsets", "ensure_topics", "topic_ids"]

_STUCK = frozenset({KafkaError._FATAL, KafkaError._MSG_TIMED_OUT, KafkaError._TIMED_OUT})
"""Errors after which a producer may never deliver anything again."""

_COORDINATOR_COMES = frozenset(
    {KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_NOT_AVAILABLE, KafkaError.COORDINATOR_LOAD_IN_PROGRESS}
)
"""What a broker that has just started answers for a group, until it has read what the group committed."""

_ASK_AGAIN_S = 0.2

_LOOK_EVERY_S = 10.0
"""How soon a reader sees that its topic was made anew."""


class EventProducer:
    """Sends events and answers for each of them. Not for several threads at once.

    `send` blocks while the buffer is full. Failures are remembered until the next `flush`, which raises them.
    """

    def __init__(
        self,
        bootstrap: str,
        *,
        linger_ms: float = 20.0,
        deliver_within_s: float = 30.0,
        buffer_events: int = 100_000,
        buffer_mib: int = 64,
    ) -> None:
        self._bootstrap = bootstrap
        self._deliver_within_s = deliver_within_s
        self._settings = quiet(
            bootstrap,
            **{
                "enable.idempotence": True,
                "partitioner": "murmur2_random",  # as Java's and aiokafka's producers: a key's home is the same
                "compression.type": "lz4",
                "linger.ms": linger_ms,
                "batch.size": 1024 * 1024,
                "message.max.bytes": MAX_MESSAGE_BYTES,
                "delivery.timeout.ms": int(deliver_within_s * 1000),
                # A topic that is unknown this long is missing, not new; the default would only show as a time-out.
                "topic.metadata.propagation.max.ms": int(min(5.0, deliver_within_s / 3) * 1000),
                "queue.buffering.max.messages": buffer_events,
                "queue.buffering.max.kbytes": max(buffer_mib * 1024, 2 * MAX_MESSAGE_BYTES // 1024),
                "delivery.report.only.error": True,  # a Python call per delivered event would halve the speed
                "on_delivery": self._undelivered,
            },
        )
        self._producer = Producer(self._settings)
        self._sent = 0
        self._failed = 0
        self._first_error: KafkaError | None = None

    def send(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]] = ()
    ) -> None:
        """Put one event into the buffer; waits while it is full. Raises `Poison` for one that is too large."""
        while True:
            try:
                self._producer.produce(topic, value, key, headers=list(headers))
                break
            except BufferError:
                self._producer.poll(0.05)
            except KafkaException as failure:
                error: KafkaError = failure.args[0]
                if error.fatal() or error.code() == KafkaError._FATAL:
                    self._renew()
                raise translated(error, self._bootstrap) from failure
        self._sent += 1
        if not self._sent & 0x3FF:
            self._producer.poll(0)

    def _undelivered(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._failed += 1
            self._first_error = self._first_error or error

    def flush(self, within_s: float | None = None) -> int:
        """Wait until every event sent since the last flush has arrived; return how many.

        When one did not, raises the error of the first with the counts, and forgets all of them: send again what
        matters (readers take repeats in their stride).
        """
        left = self._producer.flush(self._deliver_within_s + 5 if within_s is None else within_s)
        if left or (self._first_error and (self._first_error.fatal() or self._first_error.code() in _STUCK)):
            self._renew()
        lost, sent, error = max(self._failed, left), self._sent, self._first_error
        self._failed, self._sent, self._first_error = 0, 0, None
        if not lost:
            return sent
        error = error or KafkaError(KafkaError._TIMED_OUT)
        reason = translated(error, self._bootstrap)
        raise type(reason)(f"{lost} of {sent} events were not delivered: {reason}")

    def _renew(self) -> None:
        """Go on with a new producer; what the old one still had counts as not delivered, and the next flush says so.

        With a fatal error librdkafka's producer is done. One whose messages time out may be as well: a broker that was
        made anew can give its id or its numbers to another, and then it waits for an answer that never comes.
        """
        self._producer.purge()
        self._producer.flush(1)
        self._producer = Producer(self._settings)

    def close(self) -> None:
        """Deliver what is buffered, then let go; raises as `flush` does."""
        try:
            self.flush()
        finally:
            self._producer.purge()

    def __enter__(self) -> "EventProducer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self._producer.purge()


class RawEvent(NamedTuple):
    """One record as it lies in Kafka."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None


def _raw(message: Message) -> RawEvent:
    topic, partition, offset = cast(str, message.topic()), cast(int, message.partition()), cast(int, message.offset())
    return RawEvent(topic, partition, offset, message.timestamp()[1], message.key(), message.value())


class EventReader:
    """A reader of some topics under a group's name: poll, handle, commit.

    It takes all partitions by assignment and is no member of the group, so nothing that happens to a group leaves it
    deaf; who of several acts on what they read is for its caller's leases to see to. The offsets that it commits lie in
    Kafka under the group's name, with the topic's id: it begins there, else at the first record kept, as it does where
    a topic was made anew meanwhile.
    """

    def __init__(self, bootstrap: str, group: str, topics: Iterable[str]) -> None:
        """Take the partitions. Raises `Retryable` when the broker does not answer, `Misconfigured` without a topic."""
        self._bootstrap = bootstrap
        self._topics = list(topics)
        self._handled: dict[tuple[str, int], int] = {}
        self._failure: TidewheelError | None = None
        settings = {
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "fetch.message.max.bytes": MAX_MESSAGE_BYTES,
            "queued.max.messages.kbytes": 4 * MAX_MESSAGE_BYTES // 1024,
        }
        self._consumer = Consumer(quiet(bootstrap, **settings))
        self._ids: Mapping[str, str] = topic_ids(bootstrap, self._topics)
        self._assign(self._ids)

    def _assign(self, ids: Mapping[str, str]) -> None:
        """Begin the topics of these ids: where reading stopped, or at the beginning of one that was made anew."""
        anew = {topic for topic in self._topics if ids[topic] != self._ids[topic]}
        self._ids, self._look_at = ids, monotonic() + _LOOK_EVERY_S
        self._handled.clear()
        try:
            asked = [TopicPartition(topic, p) for topic in self._topics for p in self._partitions(topic)]
            committed = self._committed(asked)
            begin = [OFFSET_BEGINNING if c.topic in anew else self._begin(c) for c in committed]
            self._consumer.assign(
                [TopicPartition(c.topic, c.partition, at) for c, at in zip(committed, begin, strict=True)]
            )
        except KafkaException as failure:
            raise translated(failure.args[0], self._bootstrap) from failure

    def _committed(self, asked: list[TopicPartition]) -> list[TopicPartition]:
        """Ask where the group stopped; a broker that has just started and does not know yet is asked again."""
        until = monotonic() + ANSWER_WITHIN_S
        while True:
            try:
                return self._consumer.committed(asked, ANSWER_WITHIN_S)
            except KafkaException as failure:
                if failure.args[0].code() not in _COORDINATOR_COMES or monotonic() > until:
                    raise
                sleep(_ASK_AGAIN_S)

    def _partitions(self, topic: str) -> Iterable[int]:
        found = self._consumer.list_topics(topic, timeout=ANSWER_WITHIN_S).topics[topic]
        if found.error is not None:
            raise KafkaException(found.error)
        return list(found.partitions)

    def _begin(self, committed: TopicPartition) -> int:
        of_this_topic = committed.metadata in (None, "", self._ids[committed.topic])
        return committed.offset if committed.offset >= 0 and of_this_topic else OFFSET_BEGINNING

    def _look(self) -> None:
        """Every now and then see whether the topics are still those that are read."""
        if monotonic() < self._look_at:
            return
        self._look_at = monotonic() + _LOOK_EVERY_S
        try:
            ids = topic_ids(self._bootstrap, self._topics)
        except Retryable:
            return  # the next look will tell; what was read is handled meanwhile
        if ids != self._ids:
            self._assign(ids)

    def poll(self, max_events: int = 500, timeout_s: float = 1.0) -> list[RawEvent]:
        """Return the next events, at most `max_events`, waiting at most `timeout_s` seconds; empty when none came."""
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        self._look()
        events = []
        for message in self._consumer.consume(max_events, timeout_s):
            error = message.error()
            if error is None:
                events.append(_raw(message))
            elif error.code() not in (KafkaError._PARTITION_EOF, KafkaError._ALL_BROKERS_DOWN):
                self._failure = translated(error, self._bootstrap)  # raised next time: the events come first
        for event in events:
            self._handled[event.topic, event.partition] = event.offset + 1
        return events

    def topic_id(self, topic: str) -> str:
        """Return the id of the topic that is read under this name; one that was made anew has another."""
        return self._ids[topic]

    def commit(self, waiting: Iterable[RawEvent] = ()) -> None:
        """Record that every event polled so far is handled, but for those that wait and what came after them.

        Raises `Retryable` when the broker does not answer: the events will come again.
        """
        handled = dict(self._handled)
        for event in waiting:
            position = event.topic, event.partition
            handled[position] = min(event.offset, handled.get(position, event.offset))
        offsets = [TopicPartition(topic, p, offset, self._ids[topic]) for (topic, p), offset in handled.items()]
        if not offsets:
            return
        try:
            for partition in self._consumer.commit(offsets=offsets, asynchronous=False):
                if partition.error is not None:
                    raise KafkaException(partition.error)
        except KafkaException as failure:
            raise translated(failure.args[0], self._bootstrap) from failure
        self._handled.clear()

    def close(self) -> None:
        """Let go, without committing."""
        self._consumer.close()

    def __enter__(self) -> "EventReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
