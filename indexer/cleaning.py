"""What of a tenant's index is over goes, by the rules of `stores.retention`: a step in the background, now and then.

    failed shadows that are old ──▶ retired (`indexer.upkeep` drops the rows of what is retired)
    packets that nothing in use names, but the newest ──▶ out of Redis
    records of collections that are long gone ──▶ out of `applied` and `followed`

Every removal is by name and may be repeated: an indexer that is killed in between goes on at the next cleaning.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from schemas.instants import is_over
from stores import retention
from stores.collection_states import State
from stores.retention import InUse, RetentionConfig
from stores.serving import Serving, ServingRecord
from stores.vectors import Vectors
from stores.warehouse import Warehouse

LOG = logging.getLogger(__name__)


class Cleaner:
    """Cleans one tenant at a time, each no more often than the rules say."""

    def __init__(
        self,
        serving: Serving,
        warehouse: Warehouse,
        vectors: Vectors,
        config: RetentionConfig,
        clock: Callable[[], datetime],
    ) -> None:
        self._serving = serving
        self._warehouse = warehouse
        self._vectors = vectors
        self._config = config
        self._clock = clock
        self._cleaned_at: dict[str, datetime] = {}

    def clean(self, record: ServingRecord) -> bool:
        """Remove what is over of this record's tenant, if it is time; return whether it was."""
        tenant, now = record.tenant, self._clock()
        last = self._cleaned_at.get(tenant)
        if last is not None and not is_over(timedelta(seconds=self._config.pause_s), last, now):
            return False
        self._cleaned_at[tenant] = now  # before: what goes wrong now is tried at the next cleaning, not at every turn
        use = InUse(record, self._serving.states(tenant), self._serving.collections(tenant))
        for name in retention.failed_over(use, now, self._config):
            self._serving.set_state(tenant, name, State.FAILED, State.RETIRED)
            LOG.info("%s: it failed long ago; its rows go", name)
        self._packets(tenant, use)
        self._applied(tenant, use, now)
        return True

    def _packets(self, tenant: str, use: InUse) -> None:
        made = {name: kept.at for name, kept in self._serving.packets.of(tenant).items()}
        over = retention.packets_over(made, use, self._config)
        self._serving.packets.remove(tenant, over)
        if over:
            LOG.info("%s: %d old packets are removed", tenant, len(over))

    def _applied(self, tenant: str, use: InUse, now: datetime) -> None:
        rows = self._warehouse.query("retention_applied", tenant=tenant)
        written = {row["collection"]: row["written"] for row in rows}
        over = retention.applied_over(written, self._vectors.names(), use, now, self._config)
        if over:
            for statement in ("retention_forget_applied", "retention_forget_followed"):
                self._warehouse.run(statement, tenant=tenant, collections=over)
            LOG.info("%s: the records of %d collections that are gone are removed", tenant, len(over))
