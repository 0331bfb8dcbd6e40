"""The parts that a run is given: the outside, the rules, the clock, and the way to stop it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from schemas.learning import TrainingRequested
from stores import redis_client, training_status
from stores.serving import Serving
from stores.settings import Settings
from stores.shelf import BASE, Shelf
from stores.warehouse import Warehouse
from trainer.config import TrainingConfig
from trainer.data import snapshot
from trainer.data.snapshot import Snapshot
from trainer.run_directory import Desk


@dataclass(frozen=True, slots=True)
class Parts:
    """`shelf` holds models and `manifests` snapshots; `stop` cancels the run at work."""

    warehouse: Warehouse
    redis: redis_client.Client
    serving: Serving
    shelf: Shelf
    manifests: Shelf
    home: Path
    config: TrainingConfig
    clock: Callable[[], datetime]
    stop: threading.Event

    @classmethod
    def connect(
        cls, settings: Settings, config: TrainingConfig, clock: Callable[[], datetime], stop: threading.Event
    ) -> "Parts":
        """Open this installation's stores. Raises `Retryable` while the warehouse does not answer."""
        return cls(
            warehouse=Warehouse.connect(settings, timeout_s=120.0),
            redis=redis_client.connect(settings),
            serving=Serving.connect(settings),
            shelf=Shelf.open(settings),
            manifests=Shelf.snapshots(settings),
            home=settings.home,
            config=config,
            clock=clock,
            stop=stop,
        )

    def live(self, tenant: str) -> str:
        """Return the model that answers the tenant's searches; the base model before there is any."""
        record = self.serving.record(tenant)
        return record.model if record else BASE

    def desk(self, request: TrainingRequested) -> Desk:
        """Return the run's directory and voice."""
        tell = partial(training_status.write, self.redis, request.tenant)
        return Desk(self.home, request.tenant, request.run, tell, self.clock)

    def snapshot(self, request: TrainingRequested, desk: Desk) -> Snapshot:
        """Return the run's snapshot: the one it began with, or a new one of this moment."""
        path = desk.directory / "snapshot.json"
        if path.is_file():
            return Snapshot.load(path)
        tenant = request.tenant
        taken = snapshot.take(
            self.warehouse, tenant, request.run, self.live(tenant), self.clock(), self.config.snapshot
        )
        taken.save(path)
        return taken
