"""The current access lists in Redis kept whole: after Redis lost them they are filled from the warehouse.

Until then searches read them in the warehouse (`stores.access_lists`).
"""

import logging

from stores.access_lists import AccessLists, fill
from stores.ports import Queries

LOG = logging.getLogger(__name__)


class WholeLists:
    """Looks after the lists of the tenants that an indexer holds."""

    def __init__(self, lists: AccessLists, warehouse: Queries) -> None:
        self._lists = lists
        self._warehouse = warehouse

    def keep(self, tenant: str) -> None:
        """Fill a tenant's lists unless they are whole; costs one look at Redis when they are. Raises `Retryable`."""
        if not self._lists.whole(tenant):
            LOG.info("%s: %d access lists were put into Redis", tenant, fill(self._lists, self._warehouse, tenant))
