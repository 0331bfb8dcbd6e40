"""Topics, offsets, producing and plain reading: the same promises on the embedded broker and on Apache Kafka."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, ClassVar

import pytest
from aiokafka.partitioner import DefaultPartitioner
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # documented, but not in its stubs
    AdminClient,
    ConfigResource,
    ResourceType,
)

from schemas.topics import CLICKS, DOCUMENTS, LEARNING
from stores import kafka
from stores.errors import Misconfigured, Poison, Retryable
from stores.kafka import EventProducer, EventReader, RawEvent, begin_offsets, end_offsets, ensure_topics, topic_ids
from tests.streams.brokers import BROKERS, Broker, running

NOBODY = "127.0.0.1:9"
_groups = count()


@pytest.fixture(scope="module", params=BROKERS)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    with running(request.param) as broker:
        yield broker


def read_all(reader: EventReader, n: int, within_s: float = 30.0) -> list[RawEvent]:
    found: list[RawEvent] = []
    deadline = time.monotonic() + within_s
    while len(found) < n:
        assert time.monotonic() < deadline, f"{len(found)} of {n} events"
        found += reader.poll(500, 0.5)
    return found


def a_reader(broker: Broker, *topics: str, group: str | None = None) -> EventReader:
    return EventReader(broker.bootstrap, group or f"r{next(_groups)}", topics)


def test_topics_are_made_once_with_their_dead_letter_topics(broker: Broker) -> None:
    assert set(ensure_topics(broker.bootstrap, [CLICKS, LEARNING])) == {
        "clicks",
        "clicks.dead",
        "learning",
        "learning.dead",
    }
    assert ensure_topics(broker.bootstrap, [CLICKS, DOCUMENTS]) == ["documents.changes", "documents.changes.dead"]
    assert end_offsets(broker.bootstrap, "clicks") == {0: 0, 1: 0, 2: 0, 3: 0}
    assert end_offsets(broker.bootstrap, "learning") == {0: 0}
    assert len({*topic_ids(broker.bootstrap, ["clicks", "clicks.dead"]).values()}) == 2


@pytest.mark.kafka
@pytest.mark.parametrize("broker", ["kafka"], indirect=True)
def test_topics_have_the_retention_and_size_of_the_table(broker: Broker) -> None:
    ensure_topics(broker.bootstrap, [CLICKS, DOCUMENTS])
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})

    def of(topic: str) -> dict[str, str]:
        resource = ConfigResource(ResourceType.TOPIC, topic)
        return {name: entry.value for name, entry in admin.describe_configs([resource])[resource].result(30).items()}

    assert of("clicks")["retention.ms"] == str(CLICKS.retention_ms)
    assert of("documents.changes")["cleanup.policy"] == "compact"
    assert of("documents.changes.dead")["cleanup.policy"] == "delete"
    assert {of(t)["max.message.bytes"] for t in ("clicks", "clicks.dead", "documents.changes")} == {"16777216"}


@pytest.mark.kafka
@pytest.mark.parametrize("broker", ["kafka"], indirect=True)
def test_a_topic_that_does_not_exist_is_a_misconfiguration_that_names_the_next_step(broker: Broker) -> None:
    producer = EventProducer(broker.bootstrap, deliver_within_s=20)
    producer.send("absent", b"k", b"v")
    with pytest.raises(Misconfigured, match=r"1 of 1 .*tidewheel up"):
        producer.flush()
    with pytest.raises(Misconfigured, match="tidewheel up"):
        end_offsets(broker.bootstrap, "absent")
    with pytest.raises(Misconfigured, match="tidewheel up"):
        a_reader(broker, "absent")


def test_end_offsets_are_exact_after_batches_of_any_size(broker: Broker) -> None:
    topic = broker.topic(partitions=2)
    ends = Counter({0: 0, 1: 0})
    for n in (1, 10, 3, 500, 1):
        ends += Counter(broker.produce(topic, [b"x"] * n, n % 2))
        assert end_offsets(broker.bootstrap, topic) == {0: ends[0], 1: ends[1]}
    assert begin_offsets(broker.bootstrap, topic) == {0: 0, 1: 0}


def test_events_arrive_with_keys_where_every_murmur2_producer_puts_them(broker: Broker) -> None:
    topic = broker.topic()
    with EventProducer(broker.bootstrap) as producer:
        for n in range(2_000):
            producer.send(topic, b"key-%d" % (n % 50), b"%d" % n)
        assert producer.flush() == 2_000
    with a_reader(broker, topic) as reader:
        events = read_all(reader, 2_000)
    assert sorted(int(e.value or b"") for e in events) == list(range(2_000))
    position = DefaultPartitioner()
    assert all(e.partition == position(e.key, [0, 1, 2, 3], [0, 1, 2, 3]) for e in events)
    by_key: dict[bytes | None, list[int]] = defaultdict(list)
    for event in events:
        by_key[event.key].append(int(event.value or b""))
    assert all(numbers == sorted(numbers) for numbers in by_key.values()), "one key's events lost their order"


@pytest.mark.thorough
def test_a_full_buffer_makes_the_sender_wait_and_loses_nothing(broker: Broker) -> None:
    topic = broker.topic()
    producer = EventProducer(broker.bootstrap, buffer_events=50)
    for n in range(5_000):
        producer.send(topic, None, b"%d" % n)
    assert producer.flush() == 5_000
    assert sum(end_offsets(broker.bootstrap, topic).values()) == 5_000


def test_an_event_that_is_too_large_is_refused_at_once_and_a_large_one_passes(broker: Broker) -> None:
    topic = broker.topic(partitions=1, **{"max.message.bytes": "16777216"})
    producer = EventProducer(broker.bootstrap)
    with pytest.raises(Poison, match="large"):
        producer.send(topic, b"k", b"x" * 17_000_000)
    large = bytes(range(256)) * 40_000
    producer.send(topic, b"k", large)
    assert producer.flush() == 1
    with a_reader(broker, topic) as reader:
        assert read_all(reader, 1)[0].value == large


def test_what_was_not_delivered_is_counted_and_forgotten() -> None:
    producer = EventProducer(NOBODY, deliver_within_s=0.5)
    for _ in range(7):
        producer.send("clicks", b"k", b"v")
    with pytest.raises(Retryable, match=r"7 of 7 events were not delivered: the broker at 127.0.0.1:9 .*tidewheel up"):
        producer.flush()
    assert producer.flush() == 0


@pytest.mark.parametrize("ask", [lambda: ensure_topics(NOBODY, [CLICKS], 1), lambda: end_offsets(NOBODY, "clicks", 1)])
def test_a_broker_that_is_away_is_named_with_the_next_step(ask: Callable[[], object]) -> None:
    with pytest.raises(Retryable, match=r"broker at 127.0.0.1:9 did not answer.*tidewheel up"):
        ask()


@pytest.mark.thorough
def test_what_was_not_committed_comes_again_and_what_was_does_not(broker: Broker) -> None:
    topic, group = broker.topic(), f"r{next(_groups)}"
    broker.produce(topic, [b"%d" % n for n in range(100)])
    with a_reader(broker, topic, group=group) as reader:
        first = read_all(reader, 100)
    with a_reader(broker, topic, group=group) as reader:
        assert Counter(read_all(reader, 100)) == Counter(first)
        reader.commit()
        reader.commit()
        broker.produce(topic, [b"later"] * 4)
        read_all(reader, 4)
    with a_reader(broker, topic, group=group) as reader:
        assert [e.value for e in read_all(reader, 4)] == [b"later"] * 4
        assert reader.poll(500, 0.5) == []


def test_a_poll_is_bounded_in_events_and_in_time(broker: Broker) -> None:
    topic = broker.topic(partitions=1)
    broker.produce(topic, [b"x"] * 100)
    with a_reader(broker, topic) as reader:
        polls: list[int] = []
        deadline = time.monotonic() + 30
        while sum(polls) < 100:
            assert time.monotonic() < deadline
            polls.append(len(reader.poll(30, 0.5)))
        assert max(polls) <= 30
        began = time.monotonic()
        assert reader.poll(30, 0.3) == []
        assert time.monotonic() - began < 20


@pytest.mark.thorough
def test_every_reader_takes_all_partitions_and_what_waits_comes_again(broker: Broker) -> None:
    topic, group = broker.topic(partitions=4), f"r{next(_groups)}"
    broker.produce(topic, [b"x"] * 8)
    with a_reader(broker, topic, group=group) as one, a_reader(broker, topic, group=group) as two:
        events = read_all(one, 8)
        assert Counter(read_all(two, 8)) == Counter(events), "who may read is for a lease to say"
        waiting = next(event for event in events if event.offset == 1)
        one.commit([waiting])
        one.commit([waiting])
    with a_reader(broker, topic, group=group) as reader:
        later = [e for e in events if e.partition == waiting.partition and e.offset >= waiting.offset]
        assert Counter(read_all(reader, len(later))) == Counter(later)
        assert reader.poll(500, 0.5) == []


@pytest.mark.thorough
def test_a_topic_that_was_made_anew_is_read_from_its_beginning(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    topic, group = broker.topic(partitions=1), f"r{next(_groups)}"
    broker.produce(topic, [b"old"] * 5)
    monkeypatch.setattr(kafka, "_LOOK_EVERY_S", 0.0)
    with a_reader(broker, topic, group=group) as reader:
        read_all(reader, 5)
        reader.commit()
        monkeypatch.setattr(kafka, "topic_ids", lambda bootstrap, topics: {topic: "another id"})
        assert [e.value for e in read_all(reader, 5)] == [b"old"] * 5, "as if these were the new one's"
        reader.commit()
        assert reader.poll(500, 0.5) == []


class Broken:
    """Stands for librdkafka's producer: it ends for good with `error`, at `produce` or when it is flushed."""

    made: ClassVar[list["Broken"]] = []
    error: ClassVar[int] = KafkaError._FATAL
    at_once: ClassVar[bool] = True

    def __init__(self, settings: dict[str, Any]) -> None:
        self.undelivered = settings["on_delivery"]
        self.waiting = 0
        self.first = not Broken.made
        Broken.made.append(self)

    def produce(self, *_: object, **__: object) -> None:
        if self.first and self.at_once and self.waiting:
            raise KafkaException(KafkaError(self.error))
        self.waiting += 1

    def poll(self, _: float) -> None:
        """Nothing comes."""

    def purge(self) -> None:
        """`flush` says what was not delivered."""

    def flush(self, _: float) -> int:
        for _each in range(self.waiting if self.first else 0):
            self.undelivered(KafkaError(self.error), None)
        self.waiting = 0
        return 0


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> type[Broken]:
    monkeypatch.setattr(kafka, "Producer", Broken)
    Broken.made.clear()
    return Broken


def test_a_producer_that_is_done_is_replaced_when_it_takes_nothing_more(broken: type[Broken]) -> None:
    """Catches a sender that keeps it: each further event would fail until the process ends."""
    producer = EventProducer(NOBODY)
    producer.send("clicks", b"k", b"lost")
    with pytest.raises(Retryable):
        producer.send("clicks", b"k", b"refused")
    assert len(broken.made) == 2
    producer.send("clicks", b"k", b"refused")
    with pytest.raises(Retryable, match="1 of 2 events were not delivered"):
        producer.flush()
    producer.send("clicks", b"k", b"lost")
    assert producer.flush() == 1


@pytest.mark.parametrize("error", [KafkaError._FATAL, KafkaError._MSG_TIMED_OUT])
def test_a_producer_whose_events_time_out_is_replaced(
    broken: type[Broken], error: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a sender that goes on with one that waits for an answer which never comes."""
    monkeypatch.setattr(broken, "error", error)
    monkeypatch.setattr(broken, "at_once", False)
    producer = EventProducer(NOBODY)
    producer.send("clicks", b"k", b"v")
    with pytest.raises(Retryable, match="1 of 1 events were not delivered"):
        producer.flush()
    producer.send("clicks", b"k", b"v")
    assert producer.flush() == 1


def test_an_event_that_the_broker_refuses_costs_no_new_connection(
    broken: type[Broken], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broken, "error", KafkaError.MSG_SIZE_TOO_LARGE)
    monkeypatch.setattr(broken, "at_once", False)
    producer = EventProducer(NOBODY)
    producer.send("clicks", b"k", b"v")
    with pytest.raises(Poison):
        producer.flush()
    assert len(broken.made) == 1
