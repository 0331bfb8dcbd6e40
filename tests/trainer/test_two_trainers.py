"""Two trainers and one tenant, on the real stores: one at a time, and nothing of one that lost its turn counts."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from schemas.envelope import Event
from schemas.learning import ModelRefused, ModelTrained
from stores import lease
from stores.errors import Refused, Retryable
from stores.evaluation import unsupported
from stores.trail import Trail
from stores.warehouse import Warehouse
from tests.trainer.quiet import Quiet
from tests.trainer.test_service import QUICK, Make, answered, live_through, request
from trainer.data import snapshot
from trainer.judging import gate
from trainer.judging.evaluate import evaluate
from trainer.publish import model_id
from trainer.run_directory import RunDirectory
from trainer.service import Trainer


@pytest.mark.thorough
def test_one_run_per_tenant_at_a_time(make_context: Make, tenant: str) -> None:
    context = make_context(QUICK)
    with lease.held(context.redis, f"training:{tenant}"):
        with pytest.raises(Retryable, match="another process"):
            answered(context, request(tenant))
        assert len(answered(context, request(f"{tenant}-b"))) == 1
    assert len(answered(context, request(tenant))) == 1


def test_a_run_whose_lease_went_to_another_says_nothing(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, sent = make_context(QUICK), list[Event]()
    taken = snapshot.take

    def slow(*arguments: Any) -> Any:  # noqa: ANN401  # hands on what it was given
        context.redis.delete(f"lease:{{training:{tenant}}}")
        assert lease.acquire(context.redis, f"training:{tenant}") is not None
        return taken(*arguments)

    monkeypatch.setattr(snapshot, "take", slow)
    with pytest.raises(Exception, match="somebody else"):
        Trainer(context, sent.append, Quiet()).handle(request(tenant))
    assert sent == []


@pytest.mark.long
@pytest.mark.thorough
def test_one_that_wakes_after_another_has_won_writes_nothing_and_voids_nothing(
    make_context: Make, warehouse: Warehouse, tenant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_through(warehouse, tenant)
    sleeper, sent = make_context(QUICK), list[Event]()
    winner = replace(sleeper, home=tmp_path / "other-home")
    right, asleep = evaluate, [True]

    def slept(*given: Any) -> Any:  # noqa: ANN401  # hands on what it was given
        found = right(*given)
        if asleep.pop() if asleep else False:
            winner.redis.delete(f"lease:{{training:{tenant}}}")
            Trainer(winner, sent.append, Quiet()).handle(request(tenant))
        return found

    monkeypatch.setattr("trainer.service.evaluate", slept)
    with pytest.raises(Refused, match="somebody else"):
        Trainer(sleeper, sent.append, Quiet()).handle(request(tenant))
    (event,) = sent
    assert isinstance(event, ModelTrained), event
    trail = Trail(warehouse, winner.signing)
    found = trail.evaluation(tenant, event.run, event.snapshot)
    assert unsupported(found, event.comparison, event.evaluation) == ""
    tries = warehouse.rows("SELECT DISTINCT snapshot FROM query_scores WHERE tenant = {t:String}", t=tenant)
    assert [row["snapshot"] for row in tries] == [event.snapshot]


@pytest.mark.long
@pytest.mark.thorough
def test_weights_that_another_process_changed_after_they_were_judged_are_not_published(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_through(warehouse, tenant)
    many = QUICK.evaluation.model_copy(update={"min_validation": 1_000})  # so the learned weights are the candidate
    context, right = make_context(QUICK.model_copy(update={"evaluation": many})), gate.judge

    def meanwhile(*given: Any) -> Any:  # noqa: ANN401  # hands on what it was given
        weights = RunDirectory(context.home, tenant, "run-1").candidate / "model.safetensors"
        content = bytearray(weights.read_bytes())
        content[-1] ^= 1
        weights.write_bytes(content)
        verdict = right(*given)
        assert verdict.verdict == "WIN"
        return verdict

    monkeypatch.setattr(gate, "judge", meanwhile)
    (event,) = answered(context, request(tenant))
    assert isinstance(event, ModelRefused)
    assert event.verdict == "ERROR"
    assert "model.safetensors of the new model changed after it was judged" in event.reasons[0]
    assert context.shelf.entry(tenant, model_id(tenant, "run-1")) is None
