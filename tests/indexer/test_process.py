"""`python -m indexer` as it runs in production: its own process, Kafka in between."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from schemas.codec import decode, encode
from schemas.envelope import Event
from schemas.learning import CutoverApproved, CutoverDone
from schemas.topics import LEARNING, key_of
from stores.kafka import EventProducer, EventReader
from stores.settings import Settings
from stores.shelf import Shelf
from tests.indexer.loop import first, trained
from tests.indexer.world import NOW, OPERATOR, World

ROOT = Path(__file__).parents[2]


@contextmanager
def running(stack: Settings, module: str = "indexer", home: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A service on the test's stack, in a home of its own if wanted; killed if the test leaves it."""
    surroundings = {
        "TIDEWHEEL_HOME": str(home or stack.home),
        "TIDEWHEEL_SHELF_URL": stack.shelf,
        "TIDEWHEEL_KAFKA_BOOTSTRAP": stack.kafka_bootstrap,
        "TIDEWHEEL_REDIS_URL": stack.redis_url.get_secret_value(),
        "TIDEWHEEL_CLICKHOUSE_URL": stack.clickhouse_url.get_secret_value(),
        "TIDEWHEEL_MILVUS_URI": stack.milvus_uri,
    }
    process = subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, env={**os.environ, **surroundings})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(what: str, true: Callable[[], bool], within_s: float = 60.0) -> None:
    until = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < until, f"waited {within_s} s for {what}"
        time.sleep(0.1)


@pytest.mark.slow
def test_events_move_the_service_and_a_kill_loses_nothing(
    stack: Settings, world: World, models: dict[str, Path]
) -> None:
    first(world)
    shelf = Shelf.open(stack)
    for name, path in models.items():
        shelf.put(world.tenant, name, path, {}, NOW)
    sent: list[Event] = []

    def state(model: str) -> str:
        return world.serving.states(world.tenant).get(world.target(model).collection, "")

    def send(event: Event) -> None:
        with EventProducer(stack.kafka_bootstrap) as producer:
            producer.send(LEARNING.name, key_of(event), encode(event))

    with running(stack) as process:
        wait_for("the first collection", lambda: state(world.live) == "live")
        send(trained(world))
        wait_for("the shadow", lambda: state(world.next) != "")
        process.send_signal(signal.SIGKILL)
        process.wait()
    with running(stack) as process:
        wait_for("the shadow to be ready", lambda: state(world.next) == "ready", 90.0)
        about = world.serving.collection(world.tenant, world.target(world.next).collection)
        assert about is not None
        assert about.packet is not None
        assert world.serving.packet(world.tenant, about.packet).proof.mismatches == 0
        approved = CutoverApproved(
            event_id=f"approve-{world.tenant}",
            tenant=world.tenant,
            occurred_at=NOW,
            packet=about.packet,
            collection=about.collection,
            by=OPERATOR,
        )
        send(world.signing.as_operator(approved, OPERATOR))
        wait_for("the cutover", lambda: state(world.next) == "live")
        with EventReader(stack.kafka_bootstrap, f"test-{world.tenant}", [LEARNING.name]) as reader:
            wait_for("its event", lambda: _read(reader, world, sent) and any(isinstance(e, CutoverDone) for e in sent))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def _read(reader: EventReader, world: World, sent: list[Event]) -> bool:
    for raw in reader.poll(timeout_s=1.0):
        event = decode(LEARNING, raw.key, raw.value, world.clock())
        if isinstance(event, Event) and event.tenant == world.tenant and getattr(event, "serving_version", 0) == 2:
            sent.append(event)
    return True
