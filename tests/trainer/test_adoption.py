"""Whole runs in which a model from elsewhere is the candidate, on the real stores."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from sentence_transformers import SentenceTransformer
from transformers import AutoTokenizer

from operations.adoption import offer_endpoint, refused
from retrieval.encoders import Encoder
from retrieval.endpoint import Endpoint
from retrieval.query_side import QuerySide
from schemas.learning import ModelRefused, ModelTrained, TrainingRequested
from stores.shelf import BASE, Shelf
from stores.warehouse import Warehouse
from tests.stores.embedding_server import running
from tests.trainer import tiny
from tests.trainer.test_rungs_in_runs import WEIGHTS
from tests.trainer.test_service import QUICK, answered, live_through, no_fit, request
from trainer.config import EvaluationRules, TrainingConfig
from trainer.context import RunContext
from trainer.learning import fit

Make = Callable[[TrainingConfig], RunContext]
WIDTH = 48
ASKED = {"gadget": "device", "invoice": "billing", "badge": "entry", "laptop": "portable", "visa": "permit"}
"""What people of the made-up company call things, and what its pages do."""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of another dimension and with prompts, that knows the company's words."""
    path = tiny.build(tmp_path_factory.mktemp("elsewhere"), width=WIDTH, seed=11)
    model = SentenceTransformer(str(path), device="cpu", prompts={"query": "find: ", "document": "a page: "})
    model.save_pretrained(str(path), create_model_card=False)
    weights, tokenizer = load_file(path / "model.safetensors"), AutoTokenizer.from_pretrained(str(path))
    (words,) = (rows for name, rows in weights.items() if name.endswith("word_embeddings.weight"))
    for asked, written in ASKED.items():
        words[tokenizer.convert_tokens_to_ids(asked)] = words[tokenizer.convert_tokens_to_ids(written)]
    save_file({name: np.ascontiguousarray(rows) for name, rows in weights.items()}, path / "model.safetensors")
    return path


def offered(shelf: Shelf, tenant: str, model: Path, context: RunContext) -> TrainingRequested:
    entry = shelf.put(tenant, "adopted-1", model, {}, context.clock())
    return request(tenant).model_copy(update={"adopt": entry.model, "manifest": entry.manifest})


@pytest.mark.thorough
def test_a_model_of_another_dimension_wins_on_its_own_passages(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch, elsewhere: Path
) -> None:
    live_through(warehouse, tenant)
    monkeypatch.setattr(fit, "run", no_fit)
    context = make_context(WEIGHTS.model_copy(update={"min_examples": 10_000}))
    (event,) = answered(context, offered(context.offers, tenant, elsewhere, context))
    assert isinstance(event, ModelTrained), event
    assert (event.comparison.rung, event.documents) == ("adopt", None)
    path = context.shelf.fetch(tenant, event.model)
    assert context.shelf.manifest(tenant, event.model) == event.manifest
    encoder = Encoder(path, context.encoder)
    assert encoder.dimension == WIDTH
    assert encoder.pieces.limit < 126, "its prompt takes room, so its passages are others than live's"
    assert "from elsewhere" in (path / "README.md").read_text()
    of_tenant = "FINAL WHERE tenant = {t:String}"
    sides = warehouse.rows(f"SELECT DISTINCT side FROM snapshot_pairs {of_tenant}", t=tenant)
    assert "train" not in {row["side"] for row in sides}, "nothing was learned of anybody's signals"
    roles = warehouse.rows(f"SELECT DISTINCT role FROM hold_out {of_tenant}", t=tenant)
    assert {row["role"] for row in roles} == {"chose", "tested"}
    assert context.offers.models(tenant), "the offer itself is untouched"


@pytest.mark.thorough
def test_a_model_behind_an_endpoint_wins_as_one_that_is_here(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch, elsewhere: Path
) -> None:
    live_through(warehouse, tenant)
    monkeypatch.setattr(fit, "run", no_fit)
    context = make_context(WEIGHTS)
    there = SentenceTransformer(str(elsewhere), device="cpu")
    with running() as server:
        server.make = lambda text, _: [3 * float(number) for number in there.encode(text)]
        offer = offer_endpoint(
            context.offers, tenant, Endpoint(url=server.url, model="m"), context.encoder, context.clock()
        )
        asked = request(tenant).model_copy(update={"adopt": offer.model, "manifest": offer.manifest})
        (event,) = answered(context, asked)
        assert isinstance(event, ModelTrained), event
        path = context.shelf.fetch(tenant, event.model)
        assert Endpoint.of(path) == Endpoint(url=server.url, model="m")
        assert context.shelf.manifest(tenant, event.model) == event.manifest
        assert Encoder(path, context.encoder).dimension == WIDTH


@pytest.mark.thorough
def test_a_changed_file_and_foreign_documents_refuse_the_run(
    make_context: Make, warehouse: Warehouse, tenant: str, elsewhere: Path, tmp_path: Path
) -> None:
    live_through(warehouse, tenant)
    few = QUICK.model_copy(update={"evaluation": EvaluationRules(min_validation=1_000)})
    context = make_context(few)
    wrong = offered(context.offers, tenant, elsewhere, context)
    wrong = wrong.model_copy(update={"manifest": "0" * 64})
    (event,) = answered(context, wrong)
    assert isinstance(event, ModelRefused)
    assert (event.verdict, "changed after the review" in event.reasons[0]) == ("ERROR", True)

    foreign = tmp_path / "foreign"
    shutil.copytree(elsewhere, foreign)
    QuerySide("f" * 64).save(foreign)
    entry = context.offers.put(tenant, "adopted-2", foreign, {}, context.clock())
    again = request(tenant, "run-2").model_copy(update={"adopt": entry.model, "manifest": entry.manifest})
    (event,) = answered(context, again)
    assert isinstance(event, ModelRefused)
    assert "not live any more" in event.reasons[0]
    assert event.comparison is None


@pytest.mark.thorough
def test_what_a_run_refused_is_judged_again_and_may_win(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_through(warehouse, tenant)
    monkeypatch.setattr(fit, "run", no_fit)
    strict = WEIGHTS.model_copy(update={"gate": WEIGHTS.gate.model_copy(update={"min_gain": 0.99})})
    context = make_context(strict)
    (first,) = answered(context, request(tenant))
    assert isinstance(first, ModelRefused), first
    assert first.verdict == "INCONCLUSIVE"
    name, manifest = refused(context.offers, tenant, "run-1")
    assert context.shelf.models(tenant) == {}, "nothing is served from there"

    again = request(tenant, "run-2").model_copy(update={"adopt": name, "manifest": manifest})
    (second,) = answered(make_context(WEIGHTS), again)
    assert isinstance(second, ModelTrained), second
    assert (second.comparison.rung, second.comparison.look) == ("adopt", 2), "and it is a look of its own"
    assert second.documents == context.shelf.manifest(tenant, BASE), "nothing is embedded for it"
    assert second.fusion == first.comparison.fusion_candidate if first.comparison else False
    (unknown,) = answered(context, again.model_copy(update={"run": "run-3", "event_id": "3", "manifest": "0" * 64}))
    assert isinstance(unknown, ModelRefused)
    assert unknown.verdict == "ERROR"
