"""The streams as a process on the real stack: events in at Kafka, rows out of ClickHouse, nothing lost on the way."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.activity import OnAnswer, Reacted
from schemas.codec import encode
from schemas.envelope import Event
from schemas.topics import CLICKS, MAX_EVENT_BYTES, TOPIC_OF, TOPICS, key_of
from stores import kafka
from stores.settings import Settings
from stores.warehouse import Warehouse
from streams.config import streams_config
from streams.oracle import differences
from tests.streams.world import BEGAN, traffic

RULES = {"sessions": {"idle_after_s": 2, "idle_close_s": 4, "lateness_s": 60}, "close_every_s": 0.2}
PATIENCE_S = 90


class Worker:
    """`python -m streams` in a process of its own."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self._log = log
        self._environment = {
            **os.environ,
            "TIDEWHEEL_HOME": str(settings.home),
            "TIDEWHEEL_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
            "TIDEWHEEL_REDIS_URL": settings.redis_url.get_secret_value(),
            "TIDEWHEEL_CLICKHOUSE_URL": settings.clickhouse_url.get_secret_value(),
            "TIDEWHEEL_MILVUS_URI": settings.milvus_uri,
            "TIDEWHEEL_STREAMS": json.dumps(RULES),
        }
        self.process = self._started()

    def _started(self) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return subprocess.Popen([sys.executable, "-m", "streams"], env=self._environment, stdout=log, stderr=log)

    def kill_and_start(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process = self._started()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def said(self) -> str:
        return self._log.read_text()


@pytest.fixture
def worker(stack: Settings, tmp_path: Path) -> Iterator[Worker]:
    kafka.ensure_topics(stack.kafka_bootstrap, TOPICS.values())
    running = Worker(stack, tmp_path / "worker.log")
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()


@pytest.fixture
def warehouse(stack: Settings) -> Iterator[Warehouse]:
    opened = Warehouse.connect(stack)
    opened.migrate()
    yield opened
    opened.close()


def send(settings: Settings, *events: Event) -> None:
    with kafka.EventProducer(settings.kafka_bootstrap) as producer:
        for event in events:
            producer.send(TOPIC_OF[type(event).__name__].name, key_of(event), encode(event))


def wait_for(holds: Callable[[], bool], worker: Worker) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert worker.process.poll() is None, worker.said()[-3_000:]
        assert time.monotonic() < deadline, worker.said()[-3_000:]
        time.sleep(0.3)


def _count(warehouse: Warehouse, table: str, tenant: str) -> int:
    return int(warehouse.rows(f"SELECT count() AS n FROM {table} WHERE tenant = {{t:String}}", t=tenant)[0]["n"])


def _missing(warehouse: Warehouse) -> int:
    return int(warehouse.rows("SELECT sum(abs(missing)) AS n FROM ledger")[0]["n"])


def _closed(warehouse: Warehouse, tenant: str) -> bool:
    """Tell whether every access stands in a session."""
    sql = """
        SELECT (SELECT count() FROM accesses WHERE tenant = {t:String})
             = (SELECT sum(accesses) FROM live_sessions WHERE tenant = {t:String}) AS all
    """
    return bool(warehouse.rows(sql, t=tenant)[0]["all"])


def _poison(tenant: str) -> dict[str, bytes]:
    """Return one of everything that cannot be accepted, by the code of its dead letter and a name."""
    good: dict[str, Any] = {
        "event_id": "p", "tenant": tenant, "occurred_at": BEGAN.isoformat(), "schema_version": 1,
        "type": "DocumentOpened", "user": "u1", "document": "d1",
    }  # fmt: skip
    future = datetime.now(UTC) + timedelta(hours=1)
    told = {
        "invalid unknown field": {**good, "colour": "red"},
        "invalid missing field": {name: good[name] for name in good if name != "user"},
        "invalid wrong type": {**good, "document": 7},
        "wrong_tenant": {**good, "tenant": "somebody-else"},
        "future": {**good, "occurred_at": future.isoformat()},
    }
    return {
        **{name: json.dumps(value).encode() for name, value in told.items()},
        "not_json": b"{not json",
        "too_large": b'{"x":"' + b"x" * (10 * 1024 * 1024) + b'"}',
    }


@pytest.mark.slow
def test_poison_costs_nobody_else_anything(stack: Settings, warehouse: Warehouse, worker: Worker, tenant: str) -> None:
    events = traffic(tenant, 300, 1)
    poison = _poison(tenant)
    assert len(poison["too_large"]) > MAX_EVENT_BYTES
    with kafka.EventProducer(stack.kafka_bootstrap) as producer:
        for number, event in enumerate(events):
            if number % 40 == 20 and poison:
                producer.send(CLICKS.name, f"{tenant}\x1fu1".encode(), poison.pop(next(iter(poison))))
            producer.send(TOPIC_OF[type(event).__name__].name, key_of(event), encode(event))
        assert not poison
    wait_for(lambda: _count(warehouse, "accepted", tenant) == len(events), worker)
    wanted = _poison(tenant)
    sql = "SELECT code, reason, value FROM dead_letters FINAL WHERE startsWith(key, {t:String})"
    wait_for(lambda: len(warehouse.rows(sql, t=tenant)) == len(wanted), worker)
    letters = warehouse.rows(sql, t=tenant)
    assert sorted(row["code"] for row in letters) == sorted(name.split()[0] for name in wanted)
    assert all(row["reason"] for row in letters)
    kept = {len(value) for value in wanted.values()}
    assert len(kept) == len(wanted)
    sizes = warehouse.rows(
        "SELECT length(value) AS n FROM dead_letters FINAL WHERE startsWith(key, {t:String})", t=tenant
    )
    assert abs(sum(row["n"] for row in sizes) - sum(kept)) < 100, "only the date in the future differs"
    with kafka.EventReader(stack.kafka_bootstrap, f"test-{tenant}", [CLICKS.dead]) as reader:
        seen: list[kafka.RawEvent] = []
        wait_for(
            lambda: seen.extend(reader.poll()) or sum(e.key == f"{tenant}\x1fu1".encode() for e in seen) >= 7, worker
        )  # type: ignore[func-returns-value]
    assert _missing(warehouse) == 0
    assert worker.stop() == 0, worker.said()[-2_000:]


@pytest.mark.slow
def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    stack: Settings, warehouse: Warehouse, worker: Worker, tenant: str
) -> None:
    events = traffic(tenant, 4_000, 2, users=60)
    events += [
        Reacted(
            event_id=f"r{i}", tenant=tenant, occurred_at=BEGAN + timedelta(seconds=i), user=f"u{i % 7}",
            reaction="👍" if i % 3 else "👎", change="withdrawn" if i % 5 == 4 else "added",
            target=OnAnswer(answer=f"a{i % 4}", question="why?", cited=("d1", "d2")),
        )
        for i in range(60)
    ]  # fmt: skip
    for start in range(0, len(events), 700):
        send(stack, *events[start : start + 700])
        time.sleep(0.5)
        worker.kill_and_start()
    send(stack, *events[:500])
    wait_for(lambda: _count(warehouse, "accepted", tenant) == len(events) + 500, worker)
    wait_for(lambda: _closed(warehouse, tenant), worker)
    config = streams_config(RULES)
    wait_for(lambda: differences(warehouse, config, tenant).none, worker)
    kinds = warehouse.rows("SELECT DISTINCT kind FROM live_pairs WHERE tenant = {t:String} ORDER BY kind", t=tenant)
    assert [row["kind"] for row in kinds] == ["citation_click", "co_access", "reaction", "search_click"]
    assert _missing(warehouse) == 0
    assert worker.stop() == 0, worker.said()[-2_000:]
