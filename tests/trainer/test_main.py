"""The service as people start it: a process that reads Kafka, answers, and stops when asked."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from schemas.codec import decode
from schemas.envelope import Event
from schemas.learning import ModelRefused
from schemas.topics import LEARNING, key_of
from stores.exit_codes import EXIT_MISCONFIGURED
from stores.kafka import EventProducer, EventReader, ensure_topics
from stores.learning import publish
from stores.settings import Settings
from stores.signing import Signing
from stores.warehouse import Warehouse
from tests.trainer.test_service import request


def start(stack: Settings) -> "subprocess.Popen[str]":
    endpoints = {
        "TIDEWHEEL_HOME": str(stack.home),
        "TIDEWHEEL_KAFKA_BOOTSTRAP": stack.kafka_bootstrap,
        "TIDEWHEEL_REDIS_URL": stack.redis_url.get_secret_value(),
        "TIDEWHEEL_CLICKHOUSE_URL": stack.clickhouse_url.get_secret_value(),
        "TIDEWHEEL_MILVUS_URI": stack.milvus_uri,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "trainer"], env=os.environ | endpoints, stderr=subprocess.PIPE, text=True
    )


def answers(stack: Settings, tenant: str, within_s: float) -> list[Event]:
    until, found = time.monotonic() + within_s, list[Event]()
    with EventReader(stack.kafka_bootstrap, f"test-{tenant}", [LEARNING.name]) as reader:
        while not found and time.monotonic() < until:
            for raw in reader.poll(timeout_s=0.5):
                event = decode(LEARNING, raw.key, raw.value, datetime.now(UTC))
                if isinstance(event, Event) and event.tenant == tenant and event.event_id != request(tenant).event_id:
                    found.append(event)
    return found


@pytest.mark.thorough
def test_the_service_answers_a_request_and_stops_when_asked(stack: Settings, warehouse: Warehouse, tenant: str) -> None:
    ensure_topics(stack.kafka_bootstrap, [LEARNING])
    with EventProducer(stack.kafka_bootstrap) as producer:
        producer.send(LEARNING.name, key_of(request(tenant)), b"not an event")
        publish(producer, [Signing(stack).as_installation(request(tenant, requested_by="drift"))])
    service = start(stack)
    try:
        (event,) = answers(stack, tenant, 60)
        assert isinstance(event, ModelRefused)
        assert event.verdict == "INCONCLUSIVE"
        assert "training examples" in event.reasons[0]
    finally:
        service.send_signal(signal.SIGTERM)
        _, log = service.communicate(timeout=30)
    assert service.returncode == 0, log
    assert "ready" in log


def test_help_teaches() -> None:
    shown = subprocess.run([sys.executable, "-m", "trainer", "--help"], capture_output=True, text=True, check=True)
    for word in ("TrainingRequested", "tidewheel config training", "SIGTERM", "tidewheel runs"):
        assert word in shown.stdout


@pytest.mark.thorough
def test_a_stack_that_is_not_up_is_said_plainly(tmp_path: object) -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("TIDEWHEEL_")}
    ended = subprocess.run(
        [sys.executable, "-m", "trainer"],
        capture_output=True,
        text=True,
        env=bare | {"TIDEWHEEL_HOME": str(tmp_path)},
        check=False,
    )
    assert ended.returncode == EXIT_MISCONFIGURED
    assert "run `tidewheel up`" in ended.stderr
    assert "Traceback" not in ended.stderr
