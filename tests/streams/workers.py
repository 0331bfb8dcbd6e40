"""The streams as processes on a real stack, behind a broker of either kind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.codec import encode
from schemas.envelope import Event
from schemas.topics import TOPIC_OF, TOPICS, key_of
from stores import kafka, redis_client
from stores.settings import Settings
from stores.warehouse import Warehouse
from streams.config import StreamsConfig
from streams.sessions.oracle import differences
from tests.streams.brokers import Broker

RULES = {"sessions": {"idle_after_s": 2, "idle_close_s": 4, "lateness_s": 60, "lease_s": 10}, "close_every_s": 0.2}
"""As in production but for the waits on the wall's clock: a killed worker's claims come back after `lease_s`."""

PATIENCE_S = 90


class Worker:
    """`python -m streams` in a process of its own."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self._log = log
        self._environment = {
            **os.environ,
            "TIDEWHEEL_HOME": str(settings.home),
            "TIDEWHEEL_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
            "TIDEWHEEL_KAFKA_SESSION_TIMEOUT_S": str(settings.kafka_session_timeout_s),
            "TIDEWHEEL_REDIS_URL": settings.redis_url.get_secret_value(),
            "TIDEWHEEL_CLICKHOUSE_URL": settings.clickhouse_url.get_secret_value(),
            "TIDEWHEEL_CLICKHOUSE_DATABASE": settings.clickhouse_database,
            "TIDEWHEEL_MILVUS_URI": settings.milvus_uri,
            "TIDEWHEEL_STREAMS": json.dumps(RULES),
        }
        self.process = self._started()

    def _started(self) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return subprocess.Popen([sys.executable, "-m", "streams"], env=self._environment, stdout=log, stderr=log)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def kill_and_start(self) -> None:
        self.kill()
        self.process = self._started()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def said(self) -> str:
        return self._log.read_text()


class Flow:
    """One installation: a broker, stores of its own within the stack, and the workers that a test starts."""

    def __init__(self, settings: Settings, logs: Path) -> None:
        self.settings = settings
        self.config = StreamsConfig.model_validate(RULES)
        self.warehouse = Warehouse.connect(settings)
        self.warehouse.migrate()
        self._logs = logs
        self._workers: list[Worker] = []
        self._producer = kafka.EventProducer(settings.kafka_bootstrap)

    def worker(self) -> Worker:
        """Start one more worker."""
        self._workers.append(Worker(self.settings, self._logs / f"worker{len(self._workers)}.log"))
        return self._workers[-1]

    def send(self, *events: Event) -> None:
        """Send events, each to its topic, and wait until the broker has them."""
        for event in events:
            self._producer.send(TOPIC_OF[type(event).__name__].name, key_of(event), encode(event))
        self._producer.flush()

    def send_raw(self, topic: str, key: bytes, value: bytes) -> None:
        """Send anything whatever."""
        self._producer.send(topic, key, value)
        self._producer.flush()

    def wait_for(self, holds: Callable[[], bool]) -> None:
        """Wait until it holds; a worker that ended by itself, or too long a wait, fails with the workers' words."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            assert all(w.process.poll() in (None, -signal.SIGKILL, 0) for w in self._workers), self._said()
            assert time.monotonic() < deadline, self._said()
            time.sleep(0.3)

    def count(self, table: str, tenant: str) -> int:
        """Return the tenant's rows in a table."""
        return int(
            self.warehouse.rows(f"SELECT count() AS n FROM {table} WHERE tenant = {{t:String}}", t=tenant)[0]["n"]
        )

    def missing(self) -> int:
        """Return how many offsets the ledger misses, of everything ever sent here."""
        return int(self.warehouse.rows("SELECT sum(abs(missing)) AS n FROM ledger")[0]["n"])

    def wait_until_closed(self, tenant: str, accepted: int) -> None:
        """Wait until as many events are stored and their sessions and pairs are what SQL makes of them."""
        self.wait_for(lambda: self.count("accepted", tenant) == accepted)
        self.wait_for(lambda: self._closed(tenant))
        self.wait_for(lambda: differences(self.warehouse, self.config, tenant).none)

    def _closed(self, tenant: str) -> bool:
        """Tell whether every access stands in a session."""
        sql = """
            SELECT (SELECT count() FROM accesses WHERE tenant = {t:String})
                 = (SELECT sum(accesses) FROM live_sessions WHERE tenant = {t:String}) AS all
        """
        return bool(self.warehouse.rows(sql, t=tenant)[0]["all"])

    def _said(self) -> str:
        return "\n".join(worker.said()[-2_000:] for worker in self._workers)

    def reconnect(self) -> None:
        """Produce with what the topics are now."""
        self._producer.close()
        self._producer = kafka.EventProducer(self.settings.kafka_bootstrap)

    def end_workers(self) -> None:
        """Kill those that still run."""
        for worker in self._workers:
            worker.kill()
        self._workers.clear()

    def close(self) -> None:
        """Let go of the stores."""
        self._producer.close()
        self.warehouse.close()


_DATABASES = {"embedded": 1, "kafka": 2}
"""Of Redis: what one broker's offsets mean must not meet another's."""


@contextmanager
def flowing(stack: Settings, broker: Broker, logs: Path) -> Iterator[Flow]:
    """Give an installation on this broker, with a ClickHouse database and a Redis database of its own."""
    redis = f"{stack.redis_url.get_secret_value().rpartition('/')[0]}/{_DATABASES[broker.kind]}"
    changes = {
        "kafka_bootstrap": broker.bootstrap,
        "kafka_session_timeout_s": broker.session_timeout_s,
        "redis_url": redis,
        "clickhouse_database": f"flow_{broker.kind}",
    }
    settings = Settings.model_validate({**stack.model_dump(), **changes})
    kafka.ensure_topics(settings.kafka_bootstrap, TOPICS.values())
    flow = Flow(settings, logs)
    try:
        yield flow
    finally:
        flow.end_workers()
        flow.close()
        redis_client.connect(settings).flushdb()
        Warehouse.connect(settings).execute(f"DROP DATABASE flow_{broker.kind}")
