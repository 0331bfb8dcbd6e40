"""Scores of a run that did not take place can be read as those of one that did."""

from bench.documents.scored import Scored, store
from stores.evaluation import CANDIDATE, LIVE
from stores.settings import Settings
from stores.signing import Signing
from stores.trail import Trail
from stores.warehouse import Warehouse


def test_stored_scores_read_back_as_what_was_signed(stack: Settings, tenant: str) -> None:
    rows = [
        Scored(f"query {n}", system, "d", ("d", "e"), score)
        for system, score in ((CANDIDATE, 0.8), (LIVE, 0.7))
        for n in range(2)
    ]
    warehouse = Warehouse.connect(stack)
    warehouse.migrate()
    signed = store(stack, tenant, "run-1", rows)
    read = Trail(warehouse, Signing(stack)).evaluation(tenant, "run-1", "s")
    warehouse.close()
    assert read == signed
    assert (read.queries, round(read.difference, 9)) == (2, 0.1)
