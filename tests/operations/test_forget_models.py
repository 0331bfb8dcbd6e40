"""Models that learned from a person who is forgotten are named, and trained again once."""

import pytest

from operations.forget import Forgetting, retraining
from schemas.learning import ModelTrained
from tests.operations.test_forget import lived, town
from tests.streams.lives import COMPARED, NOW, Streams, trained

__all__ = ["town"]


@pytest.mark.thorough
def test_models_that_learned_from_the_person_are_named_and_trained_again_once(town: Streams, tenant: str) -> None:
    lived(town, tenant, "u", f"how {tenant}")
    snapshot = f"snapshot-{tenant}"
    model = trained(town, tenant, snapshot=snapshot)
    standing = {model: "live", "base": "standby"}
    assert retraining(town.warehouse, tenant, standing, NOW) is None
    with Forgetting(town.warehouse, town.accesses, tenant, "u") as forgetting:
        found = forgetting.look().models
        forgetting.remove()
    assert [(row["model"], row["snapshot"]) for row in found] == [(model, snapshot)]
    assert found[0]["train"] > 0
    request = retraining(town.warehouse, tenant, standing, NOW)
    assert request is not None
    assert request == retraining(town.warehouse, tenant, standing, NOW)  # after a crash before it was sent: the same
    assert f"{model} (live): {found[0]['train']}" in request.reason
    assert "u" not in request.reason.split()
    assert request.start_from == "base"
    town.take(request)
    assert retraining(town.warehouse, tenant, standing, NOW) is None
    assert retraining(town.warehouse, tenant, {"base": "live"}, NOW) is None


@pytest.mark.thorough
def test_a_model_that_started_from_one_that_learned_from_the_person_counts_too(town: Streams, tenant: str) -> None:
    lived(town, tenant, "u", f"why {tenant}")
    first = trained(town, tenant, snapshot=f"snapshot-{tenant}")
    second, fresh = f"{tenant}-second", f"{tenant}-fresh"
    for model, parent in ((second, first), (fresh, "base")):
        town.take(
            ModelTrained(
                event_id=model, tenant=tenant, occurred_at=NOW, run=f"run-{model}"[:64], model=model, parent=parent,
                snapshot=f"empty-{model}", comparison=COMPARED,
            )
        )  # fmt: skip
    with Forgetting(town.warehouse, town.accesses, tenant, "u") as forgetting:
        found = forgetting.look().models
        forgetting.remove()
    assert [(row["model"], row["through"]) for row in found] == [(first, ""), (second, first)]
    request = retraining(town.warehouse, tenant, {second: "live", fresh: "standby"}, NOW)
    assert request is not None
    assert f"{second} (live): {found[0]['train']}" in request.reason
    assert fresh not in request.reason
    assert retraining(town.warehouse, tenant, {fresh: "live"}, NOW) is None
