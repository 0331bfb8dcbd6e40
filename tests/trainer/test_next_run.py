"""Runs that follow one another: whose weights the next one starts from."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.learning import ModelRefused, ModelTrained
from stores.serving import ServingRecord
from stores.warehouse import Warehouse
from tests.trainer.test_service import QUICK, Make, answered, live_through, request
from trainer.learning import fit
from trainer.learning.child import OnProgress
from trainer.learning.job import FitJob


@pytest.mark.slow
def test_the_next_run_starts_from_the_live_model_unless_asked_otherwise(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, run = list[Path](), fit.run

    def noting(job: FitJob, directory: Path, on_progress: OnProgress, stop: threading.Event, attempts: int) -> Path:
        started.append(job.parent)
        return run(job, directory, on_progress, stop, attempts)

    monkeypatch.setattr(fit, "run", noting)
    live_through(warehouse, tenant)
    context = make_context(QUICK)
    (first,) = answered(context, request(tenant))
    assert isinstance(first, ModelTrained)
    live = ServingRecord(tenant=tenant, model=first.model, collection="c", version=1, moved_at=datetime.now(UTC))
    context.serving.move(live, {})
    (second,) = answered(context, request(tenant, "run-2"))
    assert isinstance(second, ModelTrained | ModelRefused)
    assert second.parent == first.model
    assert first.comparison.look == 1
    assert first.comparison.level == pytest.approx(0.025)
    assert second.comparison is not None
    assert (second.comparison.look, second.comparison.queries) == (2, first.comparison.queries)
    assert second.comparison.ndcg_live == pytest.approx(first.comparison.ndcg_candidate)
    assert second.comparison.ndcg_base == pytest.approx(first.comparison.ndcg_base)
    (third,) = answered(context, request(tenant, "run-3").model_copy(update={"start_from": "base"}))
    assert isinstance(third, ModelTrained | ModelRefused)
    assert third.parent == "base"
    assert third.comparison is not None
    assert third.comparison.ndcg_live == pytest.approx(second.comparison.ndcg_live), "judged against what is live"
    base, live_weights = context.shelf.fetch(tenant, "base"), context.shelf.fetch(tenant, first.model)
    assert started == [base, live_weights, base]
