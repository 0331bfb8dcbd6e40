"""Upkeep of what serves: live and standby kept fresh, old standbys retired and dropped, the alias set right."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from indexer.refresh import Refresher
from indexer.sync import Sync, Target
from stores.collection_states import State
from stores.milvus import CollectionMissing
from stores.serving import Serving, ServingRecord
from stores.vector_rows import alias_name

LOG = logging.getLogger(__name__)


class Upkeep:
    """Looks after what serves; remembers what is up to date, and brings everything up to date after a restart."""

    def __init__(self, serving: Serving, sync: Sync, clock: Callable[[], datetime]) -> None:
        self.sync = sync
        self._refresher = Refresher(sync, clock)
        self._serving = serving
        self._clock = clock
        self._fresh_at: dict[str, int] = {}
        self._ensured: set[str] = set()
        self._dropped: set[str] = set()
        self._labelled: dict[str, str] = {}

    def marks(self) -> dict[str, int]:
        """Return a number per tenant that changes with its documents."""
        return self.sync.documents.marks()

    def keep_fresh(self, record: ServingRecord, mark: int, budget_s: float) -> bool:
        """Apply document changes to live and standby, for `budget_s` seconds each; return whether some are left."""
        models = [(side.model, side.manifest) for side in (record, record.standby) if side is not None]
        left = [not self._freshen(Target(record.tenant, *model), mark, budget_s) for model in models]
        return any(left)

    def clean_up(self, record: ServingRecord, states: Mapping[str, str]) -> bool:
        """Drop what is retired, point the alias at what is live, retire a standby whose time is over; True for that."""
        for name, state in states.items():
            if state == State.RETIRED and name not in self._dropped:
                self.sync.vectors.drop(name)
                self._dropped.add(name)
        if self._labelled.get(record.tenant) != record.collection:
            self.sync.vectors.label(alias_name(record.tenant), record.collection)
            self._labelled[record.tenant] = record.collection
        now = self._clock()
        over = record.standby is not None and record.standby.until <= now
        if record.standby and over:
            self._retire(record, record.standby.collection, now)
        return over

    def _freshen(self, target: Target, mark: int, budget_s: float) -> bool:
        if self._fresh_at.get(target.collection) == mark:
            self._refresher.refresh(target)
            self.sync.seal_when_idle(target.collection)
            return True
        try:
            if target.collection not in self._ensured:
                self.sync.ensure(target)
                self.sync.seal(target.collection)  # what an earlier process left unsealed
                self._ensured.add(target.collection)
            finished = self.sync.advance(target, budget_s).finished
        except CollectionMissing:
            self._ensured.discard(target.collection)
            raise
        if finished:
            self._fresh_at[target.collection] = mark
        return finished

    def _retire(self, record: ServingRecord, collection: str, now: datetime) -> None:
        moved = record.model_copy(update={"version": record.version + 1, "standby": None, "moved_at": now})
        self._serving.move(moved, {collection: (State.STANDBY, State.RETIRED)})
        LOG.info("%s: the standby's time is over; a rollback is no longer possible", collection)
