"""Whole runs on the real stores with a tiny encoder: the win, the refusals, the faults."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from schemas.envelope import Event
from schemas.learning import ModelRefused, ModelTrained, TrainingRequested
from stores import training_status
from stores.errors import Retryable
from stores.evaluation import unsupported
from stores.trail import Trail
from stores.warehouse import Warehouse
from tests.trainer.quiet import Quiet
from tests.trainer.world import Click, company, write_clicks, write_pages
from trainer.config import TrainingConfig
from trainer.context import RunContext
from trainer.data import snapshot
from trainer.data.rebuild import rebuild
from trainer.judging.gate import GateRules
from trainer.learning import fit
from trainer.learning.child import Cancelled
from trainer.learning.job import FitRules
from trainer.publish import model_id
from trainer.run_directory import RunDirectory
from trainer.service import Trainer

QUICK = TrainingConfig(
    min_examples=20,
    fit=FitRules(learning_rate=5e-3, epochs=3, batch_size=16, threads=1, checkpoints=1),
    gate=GateRules(min_queries=10, min_groups=5),
)
Make = Callable[[TrainingConfig], RunContext]


def request(tenant: str, run: str = "run-1", requested_by: str = "test") -> TrainingRequested:
    return TrainingRequested(
        event_id=f"{tenant}-{run}"[:64],
        tenant=tenant,
        occurred_at=datetime.now(UTC),
        run=run,
        requested_by=requested_by,
        reason="test",
    )


def answered(context: RunContext, *requests: TrainingRequested) -> list[Event]:
    sent: list[Event] = []
    trainer = Trainer(context, sent.append, Quiet())
    for one in requests:
        trainer.handle(one)
    return sent


def live_through(warehouse: Warehouse, tenant: str, topics: int = 60) -> None:
    pages, clicks = company(topics)
    write_pages(warehouse, tenant, pages)
    write_clicks(warehouse, tenant, clicks)


def write_learning(warehouse: Warehouse, event: Event) -> None:
    """Store an event of the topic `learning` as the streams would."""
    warehouse.insert(
        "events",
        {
            "topic": ["learning"],
            "topic_id": [event.tenant],
            "partition": [0],
            "offset": [0],
            "event_id": [event.event_id],
            "tenant": [event.tenant],
            "type": [type(event).__name__],
            "occurred_at": [event.occurred_at],
            "payload": [event.model_dump_json()],
        },
    )


def no_fit(*_: object) -> Path:
    pytest.fail("this run must not be fitted")


@pytest.mark.long
def test_a_run_leads_from_clicks_to_a_model_on_the_shelf(
    make_context: Make, warehouse: Warehouse, tenant: str, tiny_model: Path
) -> None:
    live_through(warehouse, tenant)
    context = make_context(QUICK)
    (event,) = answered(context, request(tenant))
    assert isinstance(event, ModelTrained), event
    assert context.signing.objection(event) is None
    trail = Trail(warehouse, context.signing)
    assert event.evaluation is not None
    assert unsupported(trail.evaluation(tenant, event.run, event.snapshot), event.comparison, event.evaluation) == ""
    assert event.manifest == context.shelf.manifest(tenant, event.model)
    seen = event.comparison
    assert seen.ndcg_candidate - seen.ndcg_live == pytest.approx(seen.difference, abs=2e-6), "means are rounded"
    assert seen.low > 0

    position = context.shelf.fetch(tenant, event.model)
    before, after = (SentenceTransformer(str(p), device="cpu").encode("a gadget") for p in (tiny_model, position))
    assert after.shape == before.shape
    assert not np.allclose(before, after)
    assert {p.name for p in (position / "tidewheel").iterdir()} == {"manifest.json", "metrics.json", "examples.json"}
    assert f"{seen.ndcg_candidate:.3f}" in (position / "README.md").read_text()
    metrics = json.loads((position / "tidewheel" / "metrics.json").read_text())
    assert metrics["systems"]["candidate"]["ndcg@10"] == pytest.approx(seen.ndcg_candidate, abs=1e-5)
    examples = json.loads((position / "tidewheel" / "examples.json").read_text())
    assert examples["best_wins"][0]["ndcg_candidate"] > examples["best_wins"][0]["ndcg_live"]

    manifest = (context.manifests.fetch(tenant, event.snapshot) / "manifest.json").read_bytes()
    assert rebuild(warehouse, manifest, QUICK.snapshot)
    of_tenant = "tenant = {t:String}"
    sides = warehouse.rows(f"SELECT DISTINCT side FROM snapshot_pairs FINAL WHERE {of_tenant}", t=tenant)
    assert {row["side"] for row in sides} >= {"train", "test"}
    means = f"SELECT system, avg(ndcg_10) AS ndcg FROM query_scores FINAL WHERE {of_tenant} GROUP BY system"
    scores = warehouse.rows(means, t=tenant)
    means_of = {row["system"]: row["ndcg"] for row in scores}
    told = {"live": seen.ndcg_live, "live dense": seen.dense_live, "live reweighted": seen.ndcg_live_reweighted}
    assert {name: means_of[name] for name in told} == pytest.approx(told, abs=1e-6), "means are rounded"
    assert seen.dense_live == seen.ndcg_base, "the base model is live"
    assert metrics["fusions"]["candidate"]["dense"] == event.fusion.dense
    assert training_status.read(context.redis, tenant)["verdict"] == "WIN"
    left = {path.name for path in (context.home / "training" / tenant / "run-1").iterdir()}
    assert left == {"report", "event.json"}, "texts and weights of a run do not stay behind"


@pytest.mark.long
@pytest.mark.slow
def test_a_worse_candidate_does_not_ship(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch, tiny_model: Path
) -> None:
    """The fitting goes wrong: it returns an encoder whose weights are noise."""
    live_through(warehouse, tenant)
    many = QUICK.evaluation.model_copy(update={"min_validation": 1_000})  # so the hold-out is asked, and not validation
    context = make_context(QUICK.model_copy(update={"evaluation": many}))

    def spoil(job: Any, directory: Path, *_: object) -> Path:  # noqa: ANN401  # the job
        model = SentenceTransformer(str(tiny_model), device="cpu")
        for weights in model.parameters():
            weights.data.zero_()
        model.save_pretrained(str(job.output), create_model_card=False)
        return Path(job.output)

    monkeypatch.setattr(fit, "run", spoil)
    (event,) = answered(context, request(tenant))
    assert isinstance(event, ModelRefused)
    assert event.verdict == "LOSS"
    assert event.comparison is not None
    assert event.comparison.high < 0
    assert context.shelf.entry(tenant, model_id(tenant, request(tenant).run)) is None


def test_too_little_data_is_refused_with_what_is_missing(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_through(warehouse, tenant, topics=3)
    monkeypatch.setattr(fit, "run", no_fit)
    (event,) = answered(make_context(QUICK), request(tenant))
    assert isinstance(event, ModelRefused)
    assert event.verdict == "INCONCLUSIVE"
    assert any("20 are needed" in reason for reason in event.reasons)


def test_a_tenant_without_any_data_is_refused(make_context: Make, tenant: str) -> None:
    (event,) = answered(make_context(QUICK), request(tenant))
    assert isinstance(event, ModelRefused)
    assert event.verdict == "INCONCLUSIVE"


def test_an_error_becomes_a_readable_refusal(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_through(warehouse, tenant, topics=4)

    def gone(*_: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(snapshot, "manifest", gone)
    (event,) = answered(make_context(QUICK), request(tenant))
    assert isinstance(event, ModelRefused)
    assert event.verdict == "ERROR"
    assert "No such file or directory" in event.reasons[0]


@pytest.mark.thorough
def test_a_run_whose_rules_were_changed_meanwhile_ends_and_says_so(make_context: Make, tenant: str) -> None:
    assert RunDirectory(make_context(QUICK).home, tenant, "run-1").begun_by(QUICK.model_dump_json())
    other = QUICK.model_copy(update={"min_examples": 7})
    (event,) = answered(make_context(other), request(tenant))
    assert isinstance(event, ModelRefused)
    assert (event.verdict, event.comparison) == ("ERROR", None)
    assert "the rules of training were changed while this run was under way" in event.reasons[0]


def test_a_request_that_comes_again_is_answered_once(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = make_context(QUICK)
    (event,) = answered(context, request(tenant))
    (again,) = answered(context, request(tenant))
    assert again == event, "not in the warehouse yet: the same event is sent again, nothing is run"
    write_learning(warehouse, event)
    assert answered(context, request(tenant)) == []
    assert len(answered(context, request(tenant, "run-2"))) == 1


def test_a_store_that_is_away_leaves_the_request_for_later(
    make_context: Make, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = make_context(QUICK)

    def away(*_: object, **__: object) -> None:
        raise Retryable("ClickHouse did not answer")

    with monkeypatch.context() as fault:
        fault.setattr(snapshot, "take", away)
        with pytest.raises(Retryable):
            answered(context, request(tenant))
    assert len(answered(context, request(tenant))) == 1


@pytest.mark.slow
def test_a_stopped_run_goes_on_with_the_same_snapshot(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_through(warehouse, tenant)
    context, jobs = make_context(QUICK), list[str]()

    def stopped(job: Any, *_: object) -> Path:  # noqa: ANN401  # the job
        jobs.append(job.fingerprint())
        raise Cancelled("asked to stop")

    monkeypatch.setattr(fit, "run", stopped)
    with pytest.raises(Cancelled):
        answered(context, request(tenant))
    write_clicks(warehouse, tenant, [Click(f"new {n}", "p1") for n in range(30)])
    with pytest.raises(Cancelled):
        answered(context, request(tenant))
    assert jobs[0] == jobs[1], "the very same job, or its checkpoint would be lost"
