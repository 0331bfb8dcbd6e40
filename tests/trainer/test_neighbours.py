"""Tenants that share an installation: what one sends changes nothing in a run of another, nor is its model taken."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.learning import ModelRefused
from stores.warehouse import Warehouse
from tests.trainer.test_service import QUICK, Make, answered, live_through, request
from tests.trainer.world import company, write_clicks, write_pages
from trainer.data import snapshot
from trainer.data.hold_out import HoldOut, Key
from trainer.data.near_copies import near_copies
from trainer.data.split import split


@pytest.mark.thorough
def test_a_neighbour_changes_nothing_in_a_run(make_context: Make, warehouse: Warehouse, tenant: str) -> None:
    """An attacker with equal document, user and event ids teaches nonsense; the victim's lessons stay the same."""
    live_through(warehouse, tenant, topics=30)
    at = datetime.now(UTC)

    def lessons() -> list[Any]:
        taken = snapshot.take(warehouse, tenant, "run-1", "base", at, QUICK.snapshot)
        context = split(
            snapshot.examples_of(taken, QUICK.cleaning).kept,
            near_copies(taken.documents.values(), QUICK.split.document_similarity),
            QUICK.split,
            HoldOut.over(Key(b"key"), taken.documents.values()),
        )
        return [context, taken.nearby]

    before = lessons()
    pages, clicks = company(30, seed=6)
    attacker = f"{tenant}-x"
    write_pages(warehouse, attacker, [replace(page, body="nonsense of the attacker") for page in pages])
    write_clicks(warehouse, attacker, [replace(click, document="p1") for click in clicks])
    assert lessons() == before


def test_a_model_of_another_tenant_is_not_trained_upon(make_context: Make, warehouse: Warehouse, tenant: str) -> None:
    live_through(warehouse, tenant, topics=60)
    context = make_context(QUICK)
    stolen = replace(context, serving=_Serving(f"{tenant}-x-run-9"))  # type: ignore[arg-type]  # answers `record` alone
    (event,) = answered(stolen, request(tenant))
    assert isinstance(event, ModelRefused)
    assert event.verdict == "ERROR"
    assert "has no model" in event.reasons[0]


class _Serving:
    """A serving record that names a model which the tenant does not own."""

    def __init__(self, model: str) -> None:
        self.model = model

    def record(self, tenant: str) -> "_Serving":
        return self
