"""Wrong implementations, to prove that the benchmark notices.

two-reads      the search reads the serving record twice: query vectors are of the first, the collection of the second
stale-standby  changes go to what is live alone, and a rollback does not look whether the standby has them
"""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from unittest.mock import patch

from bench.stack import ROOT
from embedded.servers import Service
from indexer.__main__ import work as index
from indexer.resident.__main__ import work as answer
from indexer.search.answer import Answer
from indexer.search.searcher import Searcher, retrieve
from indexer.search.visibility import Viewer
from indexer.upkeep import Upkeep
from stores.errors import Refused
from stores.service import Life, run
from stores.serving import ServingRecord

TWO_READS, STALE_STANDBY = "two-reads", "stale-standby"
SABOTAGE = (TWO_READS, STALE_STANDBY)
_BETWEEN_S = 0.3
"""Between the two reads, so that some search has a move between them."""


class TwoReads(Searcher):
    """Names in its answer what the second reading said."""

    def search(self, tenant: str, queries: Sequence[str], groups: frozenset[str], k: int = 10) -> list[Answer]:
        """Answer each query for a member of `groups`."""
        first = self._serving.record(tenant)
        time.sleep(_BETWEEN_S)
        record = self._serving.record(tenant)
        if first is None or record is None:
            raise Refused(f"nothing is live for '{tenant}'")
        encoder, viewer = self._encoders.get(tenant, first.model, first.manifest), Viewer(self._lists, tenant, groups)
        found = retrieve(self._vectors, encoder, record.collection, queries, viewer, k, record.fusion)
        return [Answer(tuple(own), record.model, record.collection, record.version, 0.0) for own in found]


class StaleStandby(Upkeep):
    """Lets the standby be."""

    def keep_fresh(self, record: ServingRecord, mark: int, budget_s: float) -> bool:
        """Apply changes to what is live."""
        return super().keep_fresh(record.model_copy(update={"standby": None}), mark, budget_s)


def services(sabotage: str) -> Callable[[Service], Service]:
    """Return what makes of each service the one that this sabotage runs."""
    wrong = {TWO_READS: "search", STALE_STANDBY: "indexer"}.get(sabotage)

    def changed(service: Service) -> Service:
        if service.name != wrong:
            return service
        environment = {**service.environment, "PYTHONPATH": str(ROOT)}
        return replace(
            service, argv=(sys.executable, "-m", "bench.cutover.sabotage", sabotage), environment=environment
        )

    return changed


def _work(sabotage: str) -> Callable[[Life], None]:
    if sabotage == TWO_READS:
        patch("indexer.resident.__main__.Searcher", TwoReads).start()
        return answer
    patch("indexer.wiring.Upkeep", StaleStandby).start()
    return index


if __name__ == "__main__":
    sys.exit(run(_work(sys.argv[1])))
