"""The service as people start it: a process that reads Kafka, answers, and stops when asked."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from operations import operators
from schemas.codec import decode
from schemas.envelope import Event
from schemas.learning import ModelRefused
from schemas.topics import LEARNING, key_of
from stores import redis_client, training_status
from stores.exit_codes import EXIT_MISCONFIGURED
from stores.kafka import EventProducer, EventReader, ensure_topics
from stores.learning import announce, publish
from stores.settings import Settings
from stores.signing import Signing
from stores.warehouse import Warehouse
from tests.trainer.test_service import live_through, request
from tests.trainer.test_stopping import LONG, stop


def start(stack: Settings, **more: str) -> "subprocess.Popen[str]":
    endpoints = {
        "TIDEWHEEL_HOME": str(stack.home),
        "TIDEWHEEL_KAFKA_BOOTSTRAP": stack.kafka_bootstrap,
        "TIDEWHEEL_REDIS_URL": stack.redis_url.get_secret_value(),
        "TIDEWHEEL_CLICKHOUSE_URL": stack.clickhouse_url.get_secret_value(),
        "TIDEWHEEL_MILVUS_URI": stack.milvus_uri,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "trainer"], env=os.environ | endpoints | more, stderr=subprocess.PIPE, text=True
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


def at_work(stack: Settings, tenant: str, run: str) -> None:
    """Wait until a child process of the run embeds or learns."""
    until, client = time.monotonic() + 120, redis_client.connect(stack)
    while time.monotonic() < until:
        status = training_status.read(client, tenant)
        if (status.get("run"), status.get("state") in ("encode", "fit")) == (run, True):
            client.close()
            return
        time.sleep(0.1)
    pytest.fail(f"{run} is not at work: {training_status.read(client, tenant)}")


@pytest.mark.thorough
def test_a_stop_holds_though_the_service_is_killed_before_it_takes_effect(
    stack: Settings, warehouse: Warehouse, tenant: str
) -> None:
    live_through(warehouse, tenant)
    operators.ensure(stack, "ana", datetime.now(UTC))
    ensure_topics(stack.kafka_bootstrap, [LEARNING])
    signing, rules = Signing(stack), LONG.model_dump_json()
    for run in ("run-1", "run-2"):
        announce(stack, signing.as_installation(request(tenant, run, requested_by="drift")))
    service = start(stack, TIDEWHEEL_TRAINING=rules)
    try:
        at_work(stack, tenant, "run-1")
        service.kill()
        service.communicate(timeout=30)
        announce(stack, signing.as_operator(stop(tenant, "run-1"), "ana"))
        service = start(stack, TIDEWHEEL_TRAINING=rules)
        at_work(stack, tenant, "run-2")
        announce(stack, signing.as_operator(stop(tenant, "run-2"), "ana"))
        began, ends = time.monotonic(), list[Event]()
        with EventReader(stack.kafka_bootstrap, f"test-{tenant}", [LEARNING.name]) as reader:
            while len(ends) < 2 and time.monotonic() < began + 60:
                found = [decode(LEARNING, raw.key, raw.value, datetime.now(UTC)) for raw in reader.poll(timeout_s=0.5)]
                ends += [event for event in found if isinstance(event, ModelRefused) and event.tenant == tenant]
        assert time.monotonic() - began < 30
    finally:
        service.send_signal(signal.SIGTERM)
        _, log = service.communicate(timeout=60)
    assert [(e.run, e.verdict) for e in ends if isinstance(e, ModelRefused)] == [
        ("run-1", "STOPPED"),
        ("run-2", "STOPPED"),
    ]
    assert service.returncode == 0, log
    assert "run-1: stopped by ana: a move" in log


@pytest.mark.long
@pytest.mark.thorough
def test_two_services_train_two_tenants_side_by_side_and_none_of_them_twice(
    stack: Settings, warehouse: Warehouse, tenant: str
) -> None:
    tenants, runs = (f"{tenant}-a", f"{tenant}-b"), ("run-1", "run-2")
    operators.ensure(stack, "ana", datetime.now(UTC))
    ensure_topics(stack.kafka_bootstrap, [LEARNING])
    signing, rules = Signing(stack), LONG.model_dump_json()
    for name in tenants:
        live_through(warehouse, name)
        for run in runs:
            announce(stack, signing.as_installation(request(name, run, requested_by="drift")))
    services, logs = [start(stack, TIDEWHEEL_TRAINING=rules) for _ in tenants], list[str]()
    try:
        for run in runs:
            for name in tenants:
                at_work(stack, name, run)
            for name in tenants:  # neither has ended meanwhile: they work side by side
                at_work(stack, name, run)
            for name in tenants:
                announce(stack, signing.as_operator(stop(name, run), "ana"))
        ends, until = list[ModelRefused](), time.monotonic() + 60
        with EventReader(stack.kafka_bootstrap, f"test-{tenant}", [LEARNING.name]) as reader:
            while time.monotonic() < until and len(ends) < 4:
                found = [decode(LEARNING, raw.key, raw.value, datetime.now(UTC)) for raw in reader.poll(timeout_s=0.5)]
                ends += [event for event in found if isinstance(event, ModelRefused) and event.tenant in tenants]
    finally:
        for service in services:
            service.send_signal(signal.SIGTERM)
        logs = [service.communicate(timeout=60)[1] for service in services]
    assert sorted((end.tenant, end.run, end.verdict) for end in ends) == [
        (name, run, "STOPPED") for name in tenants for run in runs
    ], logs
    ended = [log.count("STOPPED; stopped by ana") for log in logs]
    assert sum(ended) == 4, "each run was ended by one of them, once"
    assert min(ended) > 0, "both had work"


def test_help_teaches() -> None:
    shown = subprocess.run([sys.executable, "-m", "trainer", "--help"], capture_output=True, text=True, check=True)
    for word in ("TrainingRequested", "tidewheel config training", "SIGTERM", "tidewheel runs stop"):
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
