"""Whole runs that end in a model made of the live one: nothing is fitted, embedded or looked at without need."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from retrieval.config import EncoderConfig
from retrieval.encoders import Encoder
from retrieval.query_side import FILE, QuerySide
from schemas.fusion import EVEN
from schemas.learning import ModelRefused, ModelTrained
from stores.shelf import BASE
from stores.warehouse import Warehouse
from tests.trainer.test_service import QUICK, answered, live_through, no_fit, request, write_learning
from trainer.config import EvaluationRules, TrainingConfig
from trainer.context import RunContext
from trainer.data.split import SplitRules
from trainer.judging import weights
from trainer.judging.ladder import LadderRules
from trainer.ladder import Candidate, Ladder
from trainer.learning import fit
from trainer.learning.query_encoder import QueryRules

WEIGHTS = QUICK.model_copy(
    update={
        "ladder": LadderRules(rungs=("weights",)),
        "evaluation": EvaluationRules(min_validation=5),
        "split": SplitRules(validation_share=0.3),
    }
)
"""Enough documents choose, whichever are drawn."""

Make = Callable[[TrainingConfig], RunContext]


@pytest.mark.thorough
def test_weights_alone_win_and_keep_the_documents_of_live(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tiny model knows little, and words nearly all: who trusts them more is found better."""
    live_through(warehouse, tenant)
    monkeypatch.setattr(fit, "run", no_fit)
    context = make_context(WEIGHTS)
    (event,) = answered(context, request(tenant))
    assert isinstance(event, ModelTrained), event
    seen = event.comparison
    assert (seen.rung, [(one.rung, one.documents) for one in seen.rungs or ()]) == ("weights", [("weights", 0)])
    assert seen.dense_candidate == seen.dense_live
    assert seen.fusion_candidate != seen.fusion_live
    assert event.documents == context.shelf.manifest(tenant, BASE)
    path = context.shelf.fetch(tenant, event.model)
    side = QuerySide.of(path)
    assert side is not None
    assert (side.documents, side.map) == (event.documents, None)
    card = (path / "README.md").read_text()
    assert "| weights (this) |" in card
    assert "nothing is embedded" in card
    assert {p.name for p in path.iterdir()} >= {FILE, "modules.json", "tidewheel"}
    write_learning(warehouse, event)
    (run,) = warehouse.query("runs_newest", tenant=tenant, limit=5)
    assert run["rung"] == "weights"
    (tried,) = warehouse.rows("SELECT rung, chosen, documents, gain FROM rungs WHERE tenant = {t:String}", t=tenant)
    assert (tried["rung"], tried["chosen"], tried["documents"]) == ("weights", 1, 0)
    assert tried["gain"] == pytest.approx((seen.rungs or ())[0].gain)


@pytest.mark.thorough
def test_a_run_that_gains_nothing_on_validation_queries_does_not_look_at_the_hold_out(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch, tiny_model: Path
) -> None:
    live_through(warehouse, tenant)
    monkeypatch.setattr(fit, "run", no_fit)
    monkeypatch.setattr(weights, "chosen", lambda tried, least, *_: EVEN)

    def looked(*_: Any, **__: Any) -> None:  # noqa: ANN401  # whatever it is given
        pytest.fail("the test queries were asked")

    monkeypatch.setattr("trainer.service.evaluate", looked)
    (event,) = answered(make_context(WEIGHTS), request(tenant))
    assert isinstance(event, ModelRefused)
    assert (event.verdict, event.comparison) == ("INCONCLUSIVE", None)
    assert "the hold-out was not looked at: weights +0.000" in event.reasons[0]


@pytest.mark.thorough
def test_learning_to_read_queries_embeds_no_document_and_ends_in_a_model_that_searches(
    make_context: Make, warehouse: Warehouse, tenant: str
) -> None:
    """Whatever the verdict: the rung is tried for real, and what it makes is a model that reads documents as live."""
    live_through(warehouse, tenant)
    quick = QueryRules(epochs=20, learning_rate=5e-3, threads=1)
    rules = WEIGHTS.model_copy(update={"ladder": LadderRules(rungs=("query_encoder",)), "query_encoder": quick})
    context, made = make_context(rules), list[Candidate]()
    learn = Ladder._query_encoder

    def kept(steps: Ladder) -> Candidate:
        made.append(learn(steps))
        return made[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ladder, "_query_encoder", kept)
        (event,) = answered(context, request(tenant))
    (candidate,) = made
    assert (candidate.rung, candidate.documents, candidate.made) == (
        "query_encoder",
        context.shelf.manifest(tenant, BASE),
        None,
    )
    if isinstance(event, ModelTrained):
        path = context.shelf.fetch(tenant, event.model)
        side = QuerySide.of(path)
        assert side is not None
        assert side.additions
        changed, base = (Encoder(each, EncoderConfig()) for each in (path, context.shelf.fetch(tenant, BASE)))
        assert (changed.encode(["a text"]) == base.encode(["a text"])).all()
        assert (changed.encode_queries(["a text"]) != base.encode_queries(["a text"])).any()
    else:
        assert isinstance(event, ModelRefused)
        assert event.verdict in {"INCONCLUSIVE", "LOSS"}, event.reasons
