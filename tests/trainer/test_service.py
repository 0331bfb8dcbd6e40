from collections.abc import Callable
from datetime import UTC, datetime

from schemas.envelope import Event
from schemas.learning import ModelTrained, TrainingRequested
from stores.warehouse import Warehouse
from tests.trainer.world import company, write_clicks, write_pages
from trainer.config import TrainingConfig
from trainer.fit_job import FitRules
from trainer.gate import GateRules
from trainer.parts import Parts
from trainer.service import Trainer

QUICK = TrainingConfig(
    min_examples=20,
    fit=FitRules(learning_rate=5e-3, epochs=3, batch_size=16, threads=1, checkpoints=1),
    gate=GateRules(min_queries=10, min_groups=5),
)
Make = Callable[[TrainingConfig], Parts]


def request(tenant: str, run: str = "run-1") -> TrainingRequested:
    return TrainingRequested(
        event_id=f"{tenant}-{run}",
        tenant=tenant,
        occurred_at=datetime.now(UTC),
        run=run,
        requested_by="test",
        reason="test",
    )


def answered(parts: Parts, *requests: TrainingRequested) -> list[Event]:
    said: list[Event] = []
    trainer = Trainer(parts, said.append)
    for one in requests:
        trainer.handle(one)
    return said


def test_a_run_leads_from_clicks_to_a_model_on_the_shelf(make_parts: Make, warehouse: Warehouse, tenant: str) -> None:
    pages, clicks = company(60)
    write_pages(warehouse, tenant, pages)
    write_clicks(warehouse, tenant, clicks)
    parts = make_parts(QUICK)
    (event,) = answered(parts, request(tenant))
    assert isinstance(event, ModelTrained), event
