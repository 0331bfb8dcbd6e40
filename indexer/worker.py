"""A worker: one of several processes that share the tenants and do everything for those that they hold.

    for ever:  tenants taken and given back  ──▶  for each that is held: what was decided (`learning`), and its turn

A tenant is held by a lease, and everything that is written for it asks for that lease (`indexer.indexing.fence`). Who
finds it lost drops the tenant and goes on with its others. What is known of a tenant is known as long as it is held:
whoever takes it begins with what the stores hold. Whatever goes wrong with one tenant is caught here: the others' go
on. One worker alone holds all tenants.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from indexer.feed.documents import Documents
from indexer.indexing.fence import Lost
from indexer.service import Indexer, ServiceConfig
from indexer.sharing import share
from schemas.envelope import Event
from schemas.instants import is_over
from stores.errors import Refused, Retryable, TidewheelError
from stores.lease import Lease
from stores.serving import Serving
from stores.shares import Shares

LOG = logging.getLogger(__name__)

Make = Callable[[str, Lease, Callable[[], None]], Indexer]
"""Makes the indexer of a tenant that is held by this lease; the function asks for it, and raises `Lost`."""


class _AtWork(NamedTuple):
    """The indexer of a tenant that is held, and the lease under which it was made."""

    lease: Lease
    indexer: Indexer


class Worker:
    """Goes round the tenants that its `shares` hold. `waiting` names tenants of which decisions wait."""

    def __init__(
        self,
        serving: Serving,
        documents: Documents,
        shares: Shares,
        make: Make,
        config: ServiceConfig,
        clock: Callable[[], datetime],
        waiting: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self._serving = serving
        self._documents = documents
        self._shares = shares
        self._make = make
        self._config = config
        self._clock = clock
        self._waiting = waiting
        self._at_work: dict[str, _AtWork] = {}
        self._resting: dict[str, datetime] = {}

    def handle(self, event: Event) -> None:
        """Act on a decision for a tenant that is held. Raises `Retryable`: hand it in again, or leave it to others."""
        try:
            self._indexer(event.tenant).handle(event)
        except Lost as lost:
            self._drop(event.tenant)
            raise Retryable(str(lost)) from lost

    def turn(self, decided: Callable[[], bool] = lambda: False) -> bool:
        """Go once through the tenants that are held; return whether another turn should follow at once.

        `decided` acts on the decisions that came and returns whether there were any. It is called before every tenant's
        turn and between the steps of one, so that no decision waits until all tenants had theirs.
        """
        marks, busy = self._share(gives=True), False
        for tenant, mark in marks.items():
            decided()
            if self._rests(tenant):
                continue
            try:
                busy |= self._indexer(tenant).turn(mark, decided)
            except Lost as lost:
                self._lose(tenant, lost)
            except Exception as error:  # one tenant's trouble is not the others'
                known = isinstance(error, TidewheelError)
                LOG.warning("%s: trying again in %.0f s: %s", tenant, self._config.rest_s, error, exc_info=not known)
                self._resting[tenant] = self._clock()
        return busy

    def marks(self) -> Mapping[str, int]:
        """Return a number per tenant that is held, which changes with its documents; free tenants are taken first.

        None is given back: one of them is being worked on.
        """
        return self._share(gives=False)

    def keep_fresh(self, tenant: str, mark: int, budget_s: float) -> None:
        """Apply document changes to what serves of a tenant that is held."""
        try:
            self._indexer(tenant).keep_fresh(mark, budget_s)
        except Lost as lost:
            self._lose(tenant, lost)

    def _share(self, gives: bool) -> dict[str, int]:
        """Take and give back what this worker's share asks for; return the marks of what it holds, in their order.

        A tenant of which only decisions wait has none: there is nothing else to do for it.
        """
        marks = self._documents.marks()
        marks |= {tenant: 0 for tenant in self._serving.tenants() if tenant not in marks}
        tenants = {*marks, *self._waiting()}
        workers = self._shares.workers()
        holders = self._shares.holders({*tenants, *self._shares.held})
        for tenant in [tenant for tenant in self._shares.held if holders.get(tenant) != self._shares.name]:
            self._lose(tenant, "it was not kept in time")
        change, room = share(self._shares.name, workers, tenants, holders), 0
        for tenant in change.give if gives else ():
            LOG.info("%s is given back: %d workers share %d tenants", tenant, len(workers), len(tenants))
            self._drop(tenant)
        for tenant in change.free:
            if room < change.room and self._shares.take(tenant):
                room += 1
        return {tenant: marks[tenant] for tenant in sorted(self._shares.held) if tenant in marks}

    def _rests(self, tenant: str) -> bool:
        since = self._resting.get(tenant)
        return since is not None and not is_over(timedelta(seconds=self._config.rest_s), since, self._clock())

    def _indexer(self, tenant: str) -> Indexer:
        lease = self._shares.held.get(tenant)
        if lease is None:
            raise Lost(f"{tenant} is not held by this worker")
        known = self._at_work.get(tenant)
        if known is None or known.lease is not lease:
            known = self._at_work[tenant] = _AtWork(lease, self._make(tenant, lease, _asking(tenant, lease)))
        return known.indexer

    def _lose(self, tenant: str, why: object) -> None:
        LOG.warning("%s is another worker's now: %s", tenant, why)
        self._drop(tenant)

    def _drop(self, tenant: str) -> None:
        self._at_work.pop(tenant, None)
        self._resting.pop(tenant, None)
        self._shares.give(tenant)


def _asking(tenant: str, lease: Lease) -> Callable[[], None]:
    def check() -> None:
        try:
            lease.check()
        except Refused as error:
            raise Lost(f"the lease of {tenant} is gone; what is done on it here ends") from error

    return check
