"""Upkeep of what serves: live and standby are kept fresh and whole, retired collections and standbys are let go.

Whatever serves follows the documents, also while a shadow is being built: a withdrawn access must never wait. A
collection that is gone from Milvus, or that an operator wants made anew, is filled again from the documents; `rebuilds`
in Redis says so before its first row is written and until it is whole, so that searches and `tidewheel status` do.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from indexer.indexing.refresh import Refresher
from indexer.indexing.sync import Sync, Target
from indexer.proof.audit import AuditConfig, Auditor
from schemas.instants import is_over
from stores.collection_states import State
from stores.errors import Refused
from stores.milvus import CollectionMissing
from stores.rebuilds import Rebuild
from stores.serving import Serving, ServingRecord
from stores.vector_rows import alias_name

LOG = logging.getLogger(__name__)

GONE = "its collection was gone from Milvus"
OUTDATED = "its collection was built by older rules of passages and words"


class Upkeep:
    """Looks after what serves; remembers what is up to date, and brings everything up to date after a restart.

    A standby is looked at less often than what is live: a rollback forgives what came in the last seconds
    (`operations.standby`), and lists are asked for at answer time.
    """

    def __init__(
        self,
        serving: Serving,
        sync: Sync,
        clock: Callable[[], datetime],
        audit: AuditConfig | None = None,
        standby_every_s: float = 0.0,
    ) -> None:
        """Take how many seconds at least lie between two looks at a standby."""
        self.sync = sync
        self._auditor = Auditor(sync, serving, audit or AuditConfig(), clock)
        self._refresher = Refresher(sync, clock)
        self._serving = serving
        self._clock = clock
        self._standby_every = timedelta(seconds=standby_every_s)
        self._standby_at: dict[str, datetime] = {}
        self._fresh_at: dict[str, int] = {}
        self._ensured: set[str] = set()
        self._dropped: set[str] = set()
        self._labelled: dict[str, str] = {}

    def marks(self) -> dict[str, int]:
        """Return a number per tenant that changes with its documents."""
        return self.sync.documents.marks()

    def keep_fresh(self, record: ServingRecord, mark: int, budget_s: float) -> bool:
        """Apply document changes to live and standby, for `budget_s` seconds each; return whether some are left.

        What people clicked is looked at before. Trouble with one of these does not stop the others; it is raised
        afterwards.
        """
        rebuilds = self._serving.rebuilds.of(record.tenant)
        left, trouble = False, list[Exception]()
        try:
            left = bool(self.sync.documents.clicked.look(record.tenant, self._clock()))
        except Exception as error:
            trouble.append(error)
        sides = [Target.of(record.tenant, side) for side in (record, record.standby) if side is not None]
        once = {target.collection: target for target in reversed(sides)}  # live's, where both are served from one
        for target in (once[name] for name in dict.fromkeys(target.collection for target in sides)):
            standby = target.collection != record.collection
            try:
                if not standby or self._is_due(target.collection):
                    finished = self._freshen(target, mark, budget_s, rebuilds.get(target.collection))
                    if standby:
                        self._note_standby(target.collection, finished)
                    left |= not finished
                self._auditor.look(target, budget_s)
            except Exception as error:
                trouble.append(error)
        if trouble:
            raise trouble[0]
        return left

    def _is_due(self, standby: str) -> bool:
        """Return whether it is time to look at a standby: changes wait for each other, and cost less together.

        One that is behind is looked at until it is not.
        """
        finished_at = self._standby_at.get(standby)
        return finished_at is None or is_over(self._standby_every, finished_at, self._clock())

    def _note_standby(self, standby: str, finished: bool) -> None:
        if finished:
            self._standby_at[standby] = self._clock()
        else:
            self._standby_at.pop(standby, None)

    def clean_up(self, record: ServingRecord, states: Mapping[str, str]) -> bool:
        """Drop what is retired, point the alias at what is live, retire a standby whose time is over; True for that."""
        for name, state in states.items():
            if state == State.RETIRED and name not in self._dropped:
                self.sync.fence.check()
                self.sync.vectors.drop(name)
                self._serving.rebuilds.finish(record.tenant, name)
                self._auditor.forget(record.tenant, name)
                self._dropped.add(name)
        if self._labelled.get(record.tenant) != record.collection:
            self.sync.vectors.label(alias_name(record.tenant), record.collection)
            self._labelled[record.tenant] = record.collection
        now = self._clock()
        over = record.standby is not None and record.standby.until <= now
        if record.standby and over:
            self._retire(record, record.standby.collection, now)
        return over

    def _freshen(self, target: Target, mark: int, budget_s: float, rebuild: Rebuild | None) -> bool:
        rebuild = self._begun(target, rebuild)
        if rebuild is None and self._fresh_at.get(target.collection) == mark and not self.sync.compare(target):
            self._refresher.refresh(target)
            self.sync.seal_when_idle(target.collection)
            return True
        try:
            if target.collection not in self._ensured:
                self.sync.ensure(target)
                self.sync.seal(target.collection)  # what an earlier process left unsealed
                self._ensured.add(target.collection)
            finished = self._advance(target, budget_s, rebuild)
        except CollectionMissing:
            self._ensured.discard(target.collection)
            raise
        except Refused as error:
            if rebuild:
                self._note(target, rebuild.model_copy(update={"problem": str(error)}))
            raise
        if finished and self.sync.settled(target):
            self._fresh_at[target.collection] = mark
        return finished and not self.sync.compare(target)

    def _advance(self, target: Target, budget_s: float, rebuild: Rebuild | None) -> bool:
        """Apply what is pending; a rebuild says how far it is, and ends with the rows that belong to no document."""
        if rebuild is None:
            return self.sync.advance(target, budget_s, whole=False).finished
        counts = self.sync.documents.counts(target.tenant, target.collection)
        done = counts.done

        def note(documents: int) -> None:
            nonlocal done
            done = min(counts.total, done + documents)
            self._note(target, rebuild.model_copy(update={"done": done, "total": counts.total, "problem": ""}))

        note(0)
        finished = self.sync.advance(target, budget_s, after_batch=note).finished
        if finished:
            removed = self.sync.sweep(target)
            self._serving.rebuilds.finish(target.tenant, target.collection)
            LOG.info("%s is whole again; %d rows of other documents were removed", target.collection, removed)
        return finished

    def _begun(self, target: Target, rebuild: Rebuild | None) -> Rebuild | None:
        """Return the rebuild that the collection is in, having begun one that is asked for or that a loss calls for."""
        gone = not self.sync.vectors.exists(target.collection)
        outdated = not gone and target.collection not in self._ensured and self.sync.outdated(target)
        if not gone and not outdated and not (rebuild and rebuild.asked):
            return rebuild
        total = self.sync.documents.counts(target.tenant, target.collection).total
        reason = rebuild.reason if rebuild else GONE if gone else OUTDATED
        begun = Rebuild(reason=reason, at=self._clock(), total=total)
        LOG.warning("%s is rebuilt from %d documents: %s", target.collection, total, reason)
        if gone or outdated:
            self._ensured.discard(target.collection)
            self._labelled.pop(target.tenant, None)
            self._note(target, begun)
        else:
            self.sync.forget(target)
            self._note(target, begun)  # only now: until then it is asked for
        return begun

    def _note(self, target: Target, rebuild: Rebuild) -> None:
        self._serving.rebuilds.save(target.tenant, target.collection, rebuild)

    def _retire(self, record: ServingRecord, collection: str, now: datetime) -> None:
        moved = record.model_copy(update={"version": record.version + 1, "standby": None, "moved_at": now})
        alone = collection != record.collection
        self._serving.move(moved, {collection: (State.STANDBY, State.RETIRED)} if alone else {})
        LOG.info("%s: the standby's time is over; a rollback is no longer possible", collection)
