"""What the demo plays on: a fresh embedded stack with the services, clients for it, and ways to wait."""

import json
import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from console.embedded_stack import services
from demo.producer import Producer
from embedded import control
from embedded.servers import Service
from indexer.search.searcher import Searcher
from indexer.wiring import connect_searcher
from operations import operators
from schemas.envelope import Event
from schemas.topics import TOPICS
from stores import redis_client, settings, training_status
from stores.errors import Refused, Retryable
from stores.kafka import EventProducer, begin_offsets, end_offsets, ensure_topics
from stores.learning import publish
from stores.rules_file import toml_of
from stores.search_client import SearchClient
from stores.serving import Serving
from stores.settings import Settings
from stores.signing import Signing
from stores.vectors import Vectors
from stores.warehouse import Warehouse

T = TypeVar("T")
Progress = Callable[[str], None]
_PAUSE_S = 0.25
OPERATOR = "demo-operator"


class Unfinished(Refused):
    """Something that the story waits for did not happen in its time."""


@dataclass(slots=True)
class Stage:
    """Clients of one running stack, for one tenant."""

    where: Settings
    tenant: str
    warehouse: Warehouse
    producer: EventProducer
    serving: Serving
    signing: Signing
    redis: redis_client.Client
    searcher: Searcher
    resident: SearchClient
    vectors: Vectors
    gateway: Producer
    sent_as_bytes: int = 0

    @property
    def sent(self) -> int:
        """Return how many records the demo itself sent."""
        return self.gateway.sent + self.sent_as_bytes

    def send(self, events: Iterable[Event]) -> None:
        """Send events as a producer does, by the gateway, and wait until the broker has them."""
        self.gateway.send(events)

    def publish(self, event: Event) -> None:
        """Send one event and wait until the broker has it; an operator's decisions are not counted as sent."""
        publish(self.producer, [event])

    def send_bytes(self, topic: str, value: bytes) -> None:
        """Send one record as it is."""
        self.producer.send(topic, None, value)
        self.producer.flush()
        self.sent_as_bytes += 1

    def wait_until(self, what: str, reached: Callable[[], T | None], within_s: float) -> T:
        """Return what `reached` returns once it is neither None nor False. Raises `Unfinished` after `within_s`."""
        until = time.monotonic() + within_s
        while True:
            with suppress(Retryable):  # a store that restarts is waited for like anything else
                found = reached()
                if found is not None and found is not False:
                    return found
            if time.monotonic() > until:
                raise Unfinished(f"{what} took longer than {within_s:.0f} s; look into {self.where.home / 'logs'}")
            time.sleep(_PAUSE_S)

    def processed(self, within_s: float = 120.0) -> None:
        """Wait until the streams have accepted or refused every record that any topic holds now."""
        bootstrap = self.where.kafka_bootstrap
        expected = {
            name: sum(end_offsets(bootstrap, name).values()) - sum(begin_offsets(bootstrap, name).values())
            for name in TOPICS
        }
        self.wait_until("processing the events", lambda: self._have(expected), within_s)

    def _have(self, expected: dict[str, int]) -> bool:
        found: dict[str, int] = {}
        for row in self.warehouse.query("processed"):
            found[row["topic"]] = found.get(row["topic"], 0) + row["records"]
        return all(found.get(name, 0) >= count for name, count in expected.items())

    def indexed(self, tell: Progress, within_s: float = 300.0) -> None:
        """Wait until the live collection shows the newest version of every document."""

        def reached() -> bool:
            record = self.serving.record(self.tenant)
            if record is None:
                return False
            count = self.warehouse.query("index_counts", tenant=self.tenant, collection=record.collection)[0]
            tell(f"{count['done']:,} of {count['total']:,} documents indexed")
            return bool(count["total"] and not count["pending"])

        self.wait_until("indexing the documents", reached, within_s)

    def learned(self, *types: str) -> dict[str, Any] | None:
        """Return the newest event of these types from the learning topic, or None."""
        rows = self.warehouse.query("learning_events", tenant=self.tenant)
        found = [json.loads(row["payload"]) for row in rows if row["type"] in types]
        return found[-1] if found else None

    def training(self) -> dict[str, str]:
        """Return what the trainer says that it is doing."""
        return training_status.read(self.redis, self.tenant)


def open_stage(home: Path, rules: dict[str, dict[str, Any]]) -> list[Service]:
    """Empty the demo's own home and return its services, with these rules of theirs by section."""
    if control.status(home):
        control.down(home)
    for part in ("data", "shelf", "models", "training"):
        shutil.rmtree(home / part, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)
    (home / settings.RULES_FILE).write_text(toml_of(rules), encoding="utf-8")
    return services(home)


def connect(home: Path, tenant: str) -> Stage:
    """Return clients for the stack of this home. Raises `Retryable` when a store does not answer."""
    where = settings.load(home)
    warehouse = Warehouse.connect(where)
    warehouse.migrate()
    operators.ensure(where, OPERATOR, datetime.now(UTC))
    ensure_topics(where.kafka_bootstrap, TOPICS.values())
    return Stage(
        where,
        tenant,
        warehouse,
        EventProducer(where.kafka_bootstrap),
        Serving.connect(where),
        Signing(where),
        redis_client.connect(where),
        connect_searcher(where),
        SearchClient(where.search_url.get_secret_value()),
        Vectors.connect(where),
        Producer.of(where, tenant, datetime.now(UTC)),
    )
