"""Kafka itself, for programs beside the broker: `pip install tidewheel-sdk[kafka]`.

A verdict is the broker's: what no consumer can accept becomes a dead letter, and nobody tells the producer. The checks
of the events make that rare.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from tidewheel_sdk.errors import Away
from tidewheel_sdk.targets import Verdict
from tidewheel_sdk.wire import MAX_EVENT_BYTES, PARTITIONER, Item, record

_TOO_LARGE = {"MSG_SIZE_TOO_LARGE", "_MSG_SIZE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"}
_MOST_MESSAGE = 2 * MAX_EVENT_BYTES


class KafkaTarget:
    """The brokers at `bootstrap` (`host:port`, several with commas between).

    `settings` are librdkafka's, such as those of TLS and SASL.
    """

    def __init__(
        self, bootstrap: str, settings: Mapping[str, Any] | None = None, *, deliver_within_s: float = 20.0
    ) -> None:
        """Make the producer; nothing is sent yet. Raises `ImportError` without the extra `kafka`."""
        try:
            from confluent_kafka import Producer
        except ImportError as error:
            raise ImportError("Kafka needs confluent-kafka: pip install tidewheel-sdk[kafka]") from error
        self.name = bootstrap
        self._within_s = deliver_within_s
        given = {
            "bootstrap.servers": bootstrap,
            "enable.idempotence": True,
            "partitioner": PARTITIONER,
            "compression.type": "lz4",
            "linger.ms": 5,
            "message.max.bytes": _MOST_MESSAGE,
            "delivery.timeout.ms": int(deliver_within_s * 1_000),
            "log_level": 0,
            **(settings or {}),
        }
        self._make = partial(Producer, given)
        self._producer = self._make()

    def send(self, items: Sequence[Item]) -> list[Verdict]:
        """Return the broker's verdicts. Raises `Away` when an event did not arrive: then all are sent again."""
        from confluent_kafka import KafkaException

        found: dict[int, Any] = {}
        for number, item in enumerate(items):
            topic, key = record(item.body)
            try:
                self._produce(topic, key, item.body, number, found)
            except KafkaException as failure:
                found[number] = failure.args[0]
        if self._producer.flush(self._within_s + 1):
            self._producer.purge()
            self._producer.flush(1)
            raise Away(f"{self.name} does not answer")
        return [self._verdict(found[number]) for number in range(len(items))]

    def close(self) -> None:
        """Drop what librdkafka still has; every batch was waited for."""
        self._producer.purge()
        self._producer.flush(1)

    def _produce(self, topic: str, key: bytes, body: bytes, number: int, found: dict[int, Any]) -> None:
        while True:
            try:
                self._producer.produce(topic, body, key, on_delivery=lambda e, _: found.__setitem__(number, e))
                break
            except BufferError:
                self._producer.poll(0.05)

    def _verdict(self, error: Any) -> Verdict:  # noqa: ANN401  # a KafkaError, or None
        if error is None:
            return Verdict(True)
        if error.name() in _TOO_LARGE:
            return Verdict(False, "the event is larger than the broker takes")
        if error.fatal():
            self._producer = self._make()  # librdkafka: a producer with a fatal error sends nothing more
        raise Away(f"{self.name}: {error.str()}")
